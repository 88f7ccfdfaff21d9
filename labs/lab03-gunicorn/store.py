"""The stock of the tea shop: a connection to its database, a copy of it in memory, and the application `app`.

A connection belongs to the process that opened it, like those of database drivers: a process that inherits one by fork
would read the other one's answers. This one notices, and refuses.

    connect() connect to the database; ConnectionRefusedError when it does not answer
    warm()    read the whole stock into memory, over this connection
    close()   say goodbye to the database; nothing happens when there is no connection

`GET /tea/mint` says how much there is, and which process says so.
"""

import json
import os
import sys
import time

STOCK = {"mint": 12, "sencha": 7, "assam": 30}
JOURNAL = os.environ.get("LABKIT_JOURNAL")  # where a check reads what happened here

_opened_by = None  # the pid whose connection it is
_stock = None  # what is in memory


class OtherProcessError(RuntimeError):
    """The connection was opened by another process."""


def connect():
    """Connect to the database."""
    global _opened_by
    _note("connect")
    if _allowed("down"):
        raise ConnectionRefusedError("the database of the stock does not answer")
    _opened_by = os.getpid()


def warm():
    """Read the whole stock into memory."""
    global _stock
    _ask()
    _stock = dict(STOCK)
    _note("warm")


def close():
    """Say goodbye to the database."""
    global _opened_by
    _note("close")
    if _opened_by is not None:
        _ask()
        _opened_by = None


def app(environ, start_response):
    """Answer from memory, and ask the database whether it is still so."""
    if JOURNAL:
        _note("asked", warm=_stock is not None, connected=_opened_by == os.getpid())
        while environ["QUERY_STRING"] and not _allowed(environ["QUERY_STRING"]):
            time.sleep(0.02)
    if _stock is None:
        raise RuntimeError("the stock is not in memory: this process is cold")
    _ask()
    name = environ["PATH_INFO"].rpartition("/")[2]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{name}: {_stock.get(name, 0)} in stock, says {os.getpid()}\n".encode()]


def _ask():
    """A question over the connection."""
    if _opened_by is None:
        raise ConnectionError("there is no connection: connect() was not called in this process")
    if _opened_by != os.getpid():
        raise OtherProcessError(f"this is process {os.getpid()}, and process {_opened_by} opened the connection")


def _note(did, **more):
    """Write a line into the journal: what, in which process, called from which function."""
    if JOURNAL:
        caller = sys._getframe(1).f_back
        by = caller.f_code.co_name if caller else "atexit"
        line = json.dumps({"did": did, "pid": os.getpid(), "by": by, **more})
        notes = os.open(os.path.join(JOURNAL, "store"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(notes, f"{line}\n".encode())  # one write: whole lines, whoever else writes
        os.close(notes)


def _allowed(name):
    return bool(JOURNAL) and os.path.exists(os.path.join(JOURNAL, name))
