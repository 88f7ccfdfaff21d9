"""The application that 09/timeout deploys: a page that waits for permission, and one that keeps the GIL for ever.

Each line of the journal is a process id.
"""

import ctypes
import os
import time
from pathlib import Path

JOURNAL = Path(os.environ["LABKIT_JOURNAL"])
LONGEST = 40.0  # seconds after which nobody asks any more


def note(name):
    """Write down which process is in this page."""
    with open(JOURNAL / name, "a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/report":
        note("begun")
        until = time.monotonic() + LONGEST
        while not (JOURNAL / "finish").exists() and time.monotonic() < until:
            time.sleep(0.02)
    elif path == "/stuck":
        note("stuck")
        while True:
            ctypes.PyDLL(None).sleep(60)  # PyDLL, unlike CDLL, does not let go of the GIL
    body = f"{path} by {os.getpid()}\n".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
