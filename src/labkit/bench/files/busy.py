"""The application that the bench puts under load: its address says how much it computes and how long it waits."""

import time
from urllib.parse import parse_qs

from labkit.stamping import stamp


def burn(seconds: float) -> None:
    """Compute for `seconds` of this thread's own CPU time: on a busy machine that takes longer by the clock."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def busy(environ, start_response):
    """GET /?cpu_ms=20&wait_ms=80: compute for 20 ms, then wait for 80 ms, as for a database's answer."""
    asked = parse_qs(environ["QUERY_STRING"])
    burn(float(asked["cpu_ms"][0]) / 1000)
    if wait := float(asked["wait_ms"][0]) / 1000:
        time.sleep(wait)  # in a gevent worker this lets other requests run, and so would a sleep of 0 seconds
    body = b"done\n"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


app = stamp(busy)
