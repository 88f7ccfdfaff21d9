# mistake: takes for granted that there is a line
# says: what_happened(''), an empty log
# says: raised IndexError
import re

LINE = re.compile(r"\[[^\]]+\] \[(\d+)\] \[[A-Z]+\] (.*)")


def what_happened(log):
    lines = [LINE.fullmatch(line) for line in log.splitlines()]
    arbiter = int(lines[0][1])
    found, late = [], set()
    for line in filter(None, lines):
        pid = next(iter(re.findall(r"pid:(\d+)", line[2])), arbiter)
        pid = int(pid)
        if line[2].startswith("WORKER TIMEOUT"):
            late.add(pid)
            found.append(("timeout", pid))
        elif re.search(r"^Worker \(.*was sent (?!SIGTERM)", line[2]) and pid not in late:
            found.append(("killed", pid))
        elif line[2].endswith("exited with code 3."):
            found.append(("boot", pid))
        elif line[2] == "Hang up: Master":
            found.append(("reload", arbiter))
    return found
