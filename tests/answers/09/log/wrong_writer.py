# mistake: takes the pid of the process that wrote the line
# says: saw [('timeout', 25192), ('killed', 25192)]
# says: The things are right, a process id is not
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
            found.append(("timeout", int(writer)))
        elif match := SIGNAL.match(words):
            if match[2] != "SIGTERM" and ("timeout", int(match[1])) not in found:
                found.append(("killed", int(writer)))
        elif match := BOOT.fullmatch(words):
            found.append(("boot", int(writer)))
        elif words == "Handling signal: hup":
            found.append(("reload", int(writer)))
    return found
