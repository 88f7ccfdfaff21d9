# mistake: takes every signal for a failure
# says: the log of TTIN, TTOU, USR1 and TERM
# says: Which signal was it, and who sends it in the ordinary course of things?
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
            if ("timeout", int(match[1])) not in found:
                found.append(("killed", int(match[1])))
        elif match := BOOT.fullmatch(words):
            found.append(("boot", int(match[1])))
        elif words == "Handling signal: hup":
            found.append(("reload", int(writer)))
    return found
