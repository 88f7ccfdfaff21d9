"""The inside of an onion: applications that note how the layer around them treats them.

The path chooses the application. Each writes lines into ``notes`` of the examination's journal:

    start PATH                      it was called
    asked PATH N RETURNED OUT       block N is wanted; whether the layer has returned, how many blocks have come out
    after PATH                      a block is wanted after close()
    close PATH                      close() was called
    wrote PATH                      the write callable took a block

A clock that only the applications move is in ``clock``; ``ticks`` in the journal says how far a call, a block and a
close move it. ``again``, set by a harness, is the whole onion: ``/twice`` sends a second request through it.

What the layer does is read from the examination's record (see ``labkit.conformance.recorder``). The body's words come
from ``words`` in the journal, one block a line; ``/gated`` gives the second block when the file ``gate`` is there.
"""

import json
import os
import sys
import time
from pathlib import Path

_journal = Path(os.environ["LABKIT_JOURNAL"])
_PATIENCE = 4.0  # seconds; the gate is opened long before
TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
SHARED = [*TEXT]  # one list for every answer of /shared, as many applications have it
CALL, BLOCK, CLOSE = range(3)
_now = 5000.0
again = None


class KettleError(Exception):
    """The inside breaks, as it was told to."""


def _note(*words):
    with open(_journal / "notes", "a", encoding="utf-8") as file:
        file.write(" ".join(map(str, words)) + "\n")


def clock():
    """The seconds that the applications have spent."""
    return _now


def _tick(what):
    global _now
    file = _journal / "ticks"
    if file.exists():
        _now += float(file.read_text(encoding="utf-8").split()[what])


def _words():
    file = _journal / "words"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else ["two", "cups", "of tea"]
    return [f"{line}\n".encode() for line in lines]


def _outside():
    """Whether the layer has returned, and how many blocks have come out of it, in the request that runs now."""
    with open(os.environ["LABKIT_EVENTS"], encoding="utf-8") as file:
        events = [json.loads(line)["event"] for line in file if line.endswith("\n")]
    now = events[len(events) - events[::-1].index("call") :]
    return int("returned" in now), now.count("block")


class Rows:
    """Blocks, one at a time; it holds a connection until it is closed."""

    def __init__(self, path, begin=None):
        self._path, self._begin = path, begin
        self._blocks, self._given, self._open = _words(), 0, True

    def __iter__(self):
        return self

    def __next__(self):
        if not self._open:
            _note("after", self._path)
            raise KettleError("this iterable is closed")
        _note("asked", self._path, self._given + 1, *_outside())
        if self._begin and not self._given:
            self._begin()
        if self._path == "/broken" and self._given == 1:
            raise KettleError("the kettle is empty")
        if self._path == "/gated" and self._given == 1:
            deadline = time.monotonic() + _PATIENCE
            while not (_journal / "gate").exists() and time.monotonic() < deadline:
                time.sleep(0.004)
        if self._given == len(self._blocks):
            raise StopIteration
        _tick(BLOCK)
        self._given += 1
        return self._blocks[self._given - 1]

    def close(self):
        """Give the connection back."""
        _tick(CLOSE)
        _note("close", self._path)
        self._open = False
        if self._path == "/spoilt":
            raise KettleError("what the request has bought cannot be booked")


def _lose():
    raise KettleError("the kettle is lost")


def _tag(environ):
    return f"request.id is {environ.get('request.id')}".encode()


def app(environ, start_response):
    """An application for each path."""
    path = environ["PATH_INFO"]
    _tick(CALL)
    _note("start", path)
    if path == "/refuse":
        raise KettleError("there is no kettle")
    if path == "/lost":  # it raises before its first block and before start_response
        return Rows(path, _lose)
    if path == "/shared":
        start_response("200 OK", SHARED)
        if SHARED != [*TEXT]:
            _note("changed", SHARED)
            SHARED[:] = TEXT
        return _words()
    if path == "/started":  # the status has been said, and then it fails, in the call
        start_response("200 OK", [*TEXT])
        raise KettleError("the kettle is gone")
    if path == "/begun":  # the same, and it fails when the first block is asked for
        start_response("200 OK", [*TEXT])
        return Rows(path, _lose)
    if path == "/moves":  # an environ may be changed by those inside
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = environ["SCRIPT_NAME"] + path, "/elsewhere"
    if path == "/twice":
        inner = {name: value for name, value in environ.items() if name != "HTTP_X_REQUEST_ID"}
        blocks = again({**inner, "PATH_INFO": "/list"}, lambda *_: lambda data: None)
        list(blocks)
        if hasattr(blocks, "close"):
            blocks.close()
        start_response("200 OK", [*TEXT])
        return [_tag(environ)]
    if path == "/tag":
        start_response("200 OK", [*TEXT, ("x-request-id", "mine")])
        return [_tag(environ)]
    if path == "/list":  # its iterable has no close()
        start_response("200 OK", [*TEXT])
        return _words()
    if path == "/late":  # start_response comes with the first block
        return Rows(path, lambda: start_response("200 OK", [*TEXT]))
    if path == "/write":
        write = start_response("200 OK", [*TEXT])
        write(_words()[0])
        _note("wrote", path)
        return _words()[1:]
    if path == "/sorry":  # the headers are replaced before they leave
        start_response("200 OK", [*TEXT])
        try:
            raise KettleError("the kettle is empty")
        except KettleError:
            start_response("500 Internal Server Error", [*TEXT], sys.exc_info())
        return [b"sorry\n"]
    if path.startswith("/own/"):  # it has the header already, with this value
        start_response("200 OK", [*TEXT, ("x-frame-options", path.removeprefix("/own/"))])
        return _words()
    if path == "/cookies":
        start_response("200 OK", [*TEXT, ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        return _words()
    if path == "/missing":
        start_response("404 Not Found", [*TEXT])
        return [b"no such page\n"]
    start_response("200 OK", [*TEXT])
    return Rows(path)
