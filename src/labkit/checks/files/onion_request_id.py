"""The learner's request_id around the applications of the examination; what it writes to wsgi.errors is kept apart."""

import os
from functools import cache
from pathlib import Path

import inside
from request_id import request_id


@cache
def _onion():
    made = request_id(inside.app)
    if not callable(made):
        raise TypeError(f"request_id(app) returned {made!r}, which is no application")
    inside.again = made
    return made


class Errors:
    """A wsgi.errors that also writes into the journal's file ``errors``."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        """Write a text."""
        with open(Path(os.environ["LABKIT_JOURNAL"]) / "errors", "a", encoding="utf-8") as file:
            file.write(text)
        return self._stream.write(text)

    def writelines(self, lines):
        """Write several."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name):
        return getattr(self._stream, name)


def app(environ, start_response):
    """The onion: made at the first request, so that what goes wrong there is seen in an answer."""
    return _onion()({**environ, "wsgi.errors": Errors(environ["wsgi.errors"])}, start_response)
