"""The warehouse as an examination needs it: it says what was asked of it, and hands out rows when it is told to.

The same names as in the lab's own ``warehouse.py``. What it does is set by files in the examination's journal:
``rows`` (one a line), ``gated`` (there: row N comes when ``gate`` has N lines), ``refuses`` (there: no cursor can be
opened), ``fails_after`` (a number of rows), ``message`` (of the error).
It writes a line into ``asked`` for each row that is wanted (number of the cursor, number of the row), into ``opened``
and ``closed`` for each cursor.
"""

import os
import time
from pathlib import Path

_journal = Path(os.environ["LABKIT_JOURNAL"])
_PATIENCE = 8.0  # seconds; an examination gives up sooner


class WarehouseError(Exception):
    """The warehouse cannot be reached, or broke off in the middle."""


def _lines(name):
    file = _journal / name
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _note(name, text):
    with open(_journal / name, "a", encoding="utf-8") as file:
        file.write(f"{text}\n")


def _error():
    return WarehouseError("".join(_lines("message")) or "connection to the warehouse lost")


class Cursor:
    """Rows, one at a time; holds a connection to the warehouse until it is closed."""

    def __init__(self):
        self._rows = _lines("rows")
        self._fails_after = int((_lines("fails_after") or ["-1"])[0])
        self._given = 0
        self._number = len(_lines("opened")) + 1
        self._open = True
        _note("opened", self._number)

    def __iter__(self):
        return self

    def __next__(self):
        if not self._open:
            raise WarehouseError("this cursor is closed")
        _note("asked", f"{self._number} {self._given + 1}")
        if self._given == self._fails_after:
            raise _error()
        if self._given == len(self._rows):
            raise StopIteration
        deadline = time.monotonic() + _PATIENCE
        while (_journal / "gated").exists() and len(_lines("gate")) <= self._given and time.monotonic() < deadline:
            time.sleep(0.004)
        self._given += 1
        return self._rows[self._given - 1]

    def close(self):
        """Give the connection back. A second call does nothing."""
        if self._open:
            self._open = False
            _note("closed", self._number)


def open_cursor():
    """Ask for all rows of the stock list."""
    if (_journal / "refuses").exists():
        raise _error()
    return Cursor()
