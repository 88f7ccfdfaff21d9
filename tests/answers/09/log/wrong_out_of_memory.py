# mistake: tells the KILL that ends a stuck worker as a kill of its own
# says: the log of a stuck worker
# says: One worker, one misfortune: who has sent this KILL
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
            if match[2] != "SIGTERM":
                found.append(("killed", int(match[1])))
        elif match := BOOT.fullmatch(words):
            found.append(("boot", int(match[1])))
        elif words == "Handling signal: hup":
            found.append(("reload", int(writer)))
    return found
