# mistake: searches the whole text, also what the application wrote
# says: ('timeout', 4711)
# says: 4711 is no worker. Look at the line it stands in: who has written it?
import re

EVENT = re.compile(
    r"WORKER TIMEOUT \(pid:(\d+)\)|Worker \(pid:(\d+)\) was sent (?!SIGTERM)SIG|Worker \(pid:(\d+)\) exited with code 3"
    r"|\[(\d+)\] \[INFO\] Handling signal: hup"
)


KINDS = ("timeout", "killed", "boot", "reload")


def what_happened(log):
    found = []
    for groups in EVENT.findall(log):
        what, pid = next((what, int(g)) for what, g in zip(KINDS, groups, strict=True) if g)
        if ("timeout", pid) not in found:
            found.append((what, pid))
    return found
