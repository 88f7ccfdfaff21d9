# mistake: tells a reload for both lines that gunicorn writes about it
# says: ('reload', 25442), ('reload', 25442), ('reload', 25442)
# says: Something is told more often than it happened
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
            if match[2] != "SIGTERM" and ("timeout", int(match[1])) not in found:
                found.append(("killed", int(match[1])))
        elif match := BOOT.fullmatch(words):
            found.append(("boot", int(match[1])))
        elif words in ("Handling signal: hup", "Hang up: Master"):
            found.append(("reload", int(writer)))
    return found
