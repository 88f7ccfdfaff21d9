# mistake: knows KILL only
# says: ('killed', 25422)
# says: A worker ended by a signal is missing. KILL is not the only signal
import re

LINE = re.compile(r"\[[^\]]+\] \[(\d+)\] \[[A-Z]+\] (.*)")
TIMEOUT = re.compile(r"WORKER TIMEOUT \(pid:(\d+)\)")
SIGNAL = re.compile(r"Worker \(pid:(\d+)\) was sent (SIG\w+)!")
BOOT = re.compile(r"Worker \(pid:(\d+)\) exited with code 3\.")


def what_happened(log):
    found = []
    for line in filter(None, map(LINE.fullmatch, log.splitlines())):
        writer, words = line.groups()
        if match := TIMEOUT.fullmatch(words):
            found.append(("timeout", int(match[1])))
        elif match := SIGNAL.match(words):
            if match[2] == "SIGKILL" and ("timeout", int(match[1])) not in found:
                found.append(("killed", int(match[1])))
        elif match := BOOT.fullmatch(words):
            found.append(("boot", int(match[1])))
        elif words == "Handling signal: hup":
            found.append(("reload", int(writer)))
    return found
