"""A shop whose access log is examined: `/slow` is held until it may answer, and notes how long; all else is 404."""

import os
import time

JOURNAL = os.environ["LABKIT_JOURNAL"]
TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    """Wait for the file `go`; write down pid and seconds as `served`."""
    if environ["PATH_INFO"] != "/slow":
        start_response("404 Not Found", TEXT)
        return [b"no such page\n"]
    begin = time.monotonic()
    while not os.path.exists(os.path.join(JOURNAL, "go")):
        time.sleep(0.01)
    with open(os.path.join(JOURNAL, "served"), "a") as notes:
        notes.write(f"{os.getpid()} {time.monotonic() - begin}\n")
    start_response("200 OK", TEXT)
    return [b"at last\n"]
