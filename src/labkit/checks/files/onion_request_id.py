"""The learner's request_id around the applications of the examination."""

from functools import cache

import inside
from request_id import request_id


@cache
def _onion():
    made = request_id(inside.app)
    if not callable(made):
        raise TypeError(f"request_id(app) returned {made!r}, which is no application")
    inside.again = made
    return made


def app(environ, start_response):
    """The onion: made at the first request, so that what goes wrong there is seen in an answer."""
    return _onion()(environ, start_response)
