"""A shop in which things go wrong: its address says what a request does, and it notes who came.

    /          answers at once
    /order     takes two seconds; in a check, until it is allowed to go on
    /download  the same, with half of the answer sent
    /stuck     never ends, but lets itself be interrupted
    /stubborn  never ends, and does not
    /crash     ends its process

Each process keeps something of every request, and can take so many as MOST_REQUESTS says; those that follow get a 500.
"""

import json
import os
import time

RELEASE = "1.0"
JOURNAL = os.environ.get("LABKIT_JOURNAL")  # where a check reads what happened here
LONGEST = 40.0 if JOURNAL else 2.0  # seconds that an order takes at most; a check allows it sooner

kept = []


def app(environ, start_response):
    """Do what the path says."""
    path = environ["PATH_INFO"]
    kept.append(path)
    note(path)
    if len(kept) > int(os.environ.get("MOST_REQUESTS", "1000000")):
        return answer(start_response, "500 Internal Server Error", "Too many open files")
    if path == "/crash":
        os._exit(1)
    while path in ("/stuck", "/stubborn"):
        try:
            time.sleep(0.05)
        except BaseException:  # noqa: BLE001 - there is code like this
            if path == "/stuck":
                raise
    if path == "/download":
        headers = [("Content-Type", "text/plain"), ("X-Version", RELEASE), ("X-Worker", str(os.getpid()))]
        start_response("200 OK", headers)
        return halves()
    if path == "/order":
        wait()
    return answer(start_response, "200 OK", f"release {RELEASE}")


def answer(start_response, status, text):
    """An answer of one line, which says what served it."""
    headers = [("Content-Type", "text/plain"), ("X-Version", RELEASE), ("X-Worker", str(os.getpid()))]
    start_response(status, headers)
    return [f"{text}\n".encode()]


def halves():
    """The two halves of a download; the second has to be allowed."""
    yield b"the first half, "
    wait()
    yield b"the second half\n"


def wait():
    """Work on an order: in a check until the file `go` is there."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until and not (JOURNAL and os.path.exists(os.path.join(JOURNAL, "go"))):
        time.sleep(0.02)


def note(path):
    """Write into the journal that a request has come in."""
    if not JOURNAL:
        return
    line = json.dumps({"path": path, "pid": os.getpid(), "number": len(kept), "release": RELEASE})
    notes = os.open(os.path.join(JOURNAL, "came"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(notes, f"{line}\n".encode())  # one write: whole lines, whoever else writes
    os.close(notes)
