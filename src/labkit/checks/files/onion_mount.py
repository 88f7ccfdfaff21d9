"""The learner's mount, given a table of applications that tell where they are.

The journal's ``table`` is JSON: a list of pairs, prefix and name of an application (or another such table).
"""

import json
import os
from functools import cache
from pathlib import Path

import shops
from mount import mount


@cache
def _mounted(text):
    made = _build(json.loads(text))
    if not callable(made):
        raise TypeError(f"mount(apps) returned {made!r}, which is no application")
    return made


def _build(table):
    return mount({prefix: shops.shop(to) if isinstance(to, str) else _build(to) for prefix, to in table})


def app(environ, start_response):
    """The application that the table describes."""
    text = (Path(os.environ["LABKIT_JOURNAL"]) / "table").read_text(encoding="utf-8")
    shops.before = dict(environ)
    return _mounted(text)(environ, start_response)
