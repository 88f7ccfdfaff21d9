"""The application that lets nobody out: it notes who is inside, and waits until it is allowed to answer.

`/busy` computes while it waits, in plain Python; everything else sleeps.
"""

import os
import time

JOURNAL = os.environ["LABKIT_JOURNAL"]
GO = os.path.join(JOURNAL, "go")


def app(environ, start_response):
    """Note `pid path` in the journal, wait for the file `go`, and answer."""
    path = environ["PATH_INFO"]
    notes = os.open(os.path.join(JOURNAL, "inside"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(notes, f"{os.getpid()} {path}\n".encode())  # one write: whole lines, whoever else writes
    os.close(notes)
    while not os.path.exists(GO):
        if path == "/busy":
            sum(range(10_000))
        else:
            time.sleep(0.02)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"out again\n"]
