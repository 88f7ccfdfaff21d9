import re

EVENT = re.compile(
    r"^\[[-\d]+ [:\d]+ [-+]\d+\] \[(?P<reload>\d+)\] \[\w+\] "
    r"(?:WORKER TIMEOUT \(pid:(?P<timeout>\d+)\)"
    r"|Worker \(pid:(?P<killed>\d+)\) was sent (?!SIGTERM)SIG"
    r"|Worker \(pid:(?P<boot>\d+)\) exited with code 3"
    r"|Handling signal: hup)",
    re.M,
)


def what_happened(log):
    """A dict keeps the order and tells a worker's first misfortune only."""
    events, late = [], set()
    for match in EVENT.finditer(log):
        groups = match.groupdict()
        what = next((name for name in ("timeout", "killed", "boot") if groups[name]), "reload")
        pid = int(groups[what])
        if what == "killed" and pid in late:
            continue
        if what == "timeout":
            late.add(pid)
        events.append((what, pid))
    return events
