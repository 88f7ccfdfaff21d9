# mistake: returns the process id as text
# says: saw [('timeout', '25194'), ('killed', '25193')]
# says: The process id is text here
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
            found.append(("timeout", match[1]))
        elif match := SIGNAL.match(words):
            if match[2] != "SIGTERM" and ("timeout", match[1]) not in found:
                found.append(("killed", match[1]))
        elif match := BOOT.fullmatch(words):
            found.append(("boot", match[1]))
        elif words == "Handling signal: hup":
            found.append(("reload", int(writer)))
    return found
