"""The warehouse of the tea shop. It has much to do: its stock list comes row by row, with a pause before each.

To see it fail, set ``FAILS_AFTER`` to a number of rows, or ``REFUSES`` to True.
The check brings a warehouse of its own, with other rows.
"""

import time

PAUSE = 0.2  # seconds before each row
FAILS_AFTER = None
REFUSES = False
ROWS = ["Assam: 12 tins", "Earl Grey: 31 tins", "Gyokuro 玉露: 4 tins", "Té de menta: 0 tins"]


class WarehouseError(Exception):
    """The warehouse cannot be reached, or broke off in the middle."""


class Cursor:
    """An iterator over the rows, each a str. It holds a connection to the warehouse until it is closed."""

    def __init__(self):
        self._given = 0
        self._open = True

    def __iter__(self):
        return self

    def __next__(self):
        if not self._open:
            raise WarehouseError("this cursor is closed")
        time.sleep(PAUSE)
        if self._given == FAILS_AFTER:
            raise WarehouseError("connection to warehouse-7 lost")
        if self._given == len(ROWS):
            raise StopIteration
        self._given += 1
        return ROWS[self._given - 1]

    def close(self):
        """Give the connection back. A second call does nothing."""
        self._open = False


def open_cursor():
    """Ask for the stock list; returns a Cursor. Raises WarehouseError when the warehouse cannot be reached."""
    if REFUSES:
        raise WarehouseError("warehouse-7 does not answer")
    return Cursor()
