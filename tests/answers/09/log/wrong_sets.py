# mistake: returns a set
# says: The function returns a list, and each thing in it is a pair
import re

LINE = re.compile(r"\[[^\]]+\] \[(\d+)\] \[[A-Z]+\] (.*)")
TIMEOUT = re.compile(r"WORKER TIMEOUT \(pid:(\d+)\)")
SIGNAL = re.compile(r"Worker \(pid:(\d+)\) was sent (SIG\w+)!")
BOOT = re.compile(r"Worker \(pid:(\d+)\) exited with code 3\.")


def what_happened(log):
    found = set()
    for line in filter(None, map(LINE.fullmatch, log.splitlines())):
        writer, words = line.groups()
        if match := TIMEOUT.fullmatch(words):
            found.add(("timeout", int(match[1])))
        elif match := SIGNAL.match(words):
            if match[2] != "SIGTERM" and ("timeout", int(match[1])) not in found:
                found.add(("killed", int(match[1])))
        elif match := BOOT.fullmatch(words):
            found.add(("boot", int(match[1])))
        elif words == "Handling signal: hup":
            found.add(("reload", int(writer)))
    return found
