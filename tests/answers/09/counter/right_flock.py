"""A file with the last number, and a lock on it while it is read and written."""

import fcntl
import os

NAME = os.path.join(os.path.dirname(os.path.abspath(__file__)), "last.txt")


def draw(by):
    """Add `by` to the number in the file; the new number."""
    with open(NAME, "a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        number = int(file.read() or 0) + by
        if by:
            file.seek(0)
            file.truncate()
            file.write(str(number))
            file.flush()
        return number


def app(environ, start_response):
    if environ["PATH_INFO"] == "/ticket":
        body = str(draw(environ["REQUEST_METHOD"] == "POST")).encode()
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    else:
        body = b"no such page"
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
