"""The inside of an onion: applications that note how the layer around them treats them.

The path chooses the application. Each writes lines into ``notes`` of the examination's journal:

    start PATH                      it was called
    asked PATH N RETURNED OUT       block N is wanted; whether the layer has returned, how many blocks have come out
    after PATH                      a block is wanted after close()
    close PATH                      close() was called
    wrote PATH                      the write callable took a block

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


class KettleError(Exception):
    """The inside breaks, as it was told to."""


def _note(*words):
    with open(_journal / "notes", "a", encoding="utf-8") as file:
        file.write(" ".join(map(str, words)) + "\n")


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
        self._given += 1
        return self._blocks[self._given - 1]

    def close(self):
        """Give the connection back."""
        _note("close", self._path)
        self._open = False


def app(environ, start_response):
    """An application for each path."""
    path = environ["PATH_INFO"]
    _note("start", path)
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
