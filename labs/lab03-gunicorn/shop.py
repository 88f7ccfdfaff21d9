"""A shop to try a configuration with: `/wait?ms=100` waits, `/work?ms=100` computes, everything else answers at once.

Each answer says which worker gave it, and when the application was entered and left: `load` and `show` read that.
"""

import time
from urllib.parse import parse_qs

from labkit import stamp


def shop(environ, start_response):
    """Wait or compute for the milliseconds that the visitor names."""
    seconds = int(parse_qs(environ["QUERY_STRING"]).get("ms", ["100"])[0]) / 1000
    if environ["PATH_INFO"] == "/wait":
        time.sleep(seconds)
    elif environ["PATH_INFO"] == "/work":
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            sum(range(1000))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"here you are\n"]


app = stamp(shop)
