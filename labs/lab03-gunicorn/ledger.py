"""A ledger with a large table, and the link over which a process speaks to the bank.

    connect()   open this process's own link to the bank; the one that it had before is forgotten
    app         GET / says who answers, GET /sum?from=A&to=B adds up rows of the table

Loading this module loads the table and connects.
"""

import json
import os
import random
from array import array
from urllib.parse import parse_qs

ROWS = int(os.environ.get("TABLE_MB", "8")) * (1 << 17)  # a row has 8 bytes
JOURNAL = os.environ.get("LABKIT_JOURNAL")  # where a check reads what happened here

table = array("q", range(1 << 17)) * (ROWS >> 17)
link = None


class Link:
    """A link belongs to the process that opened it, and to nobody else: it signs with keys that it draws."""

    def __init__(self):
        self.pid = os.getpid()
        self._dice = random.Random()

    def key(self):
        """A key that nobody else has: so it is hoped."""
        return f"{self._dice.getrandbits(64):016x}"


def connect():
    """Open this process's own link to the bank."""
    global link
    link = Link()
    _note(did="connect", pid=os.getpid())


def app(environ, start_response):
    """Answer in JSON."""
    told = {"pid": os.getpid(), "link": link.pid, "key": link.key(), "rows": len(table)}
    if environ["PATH_INFO"] == "/sum":
        query = parse_qs(environ["QUERY_STRING"])
        told["sum"] = sum(table[int(query["from"][0]) : int(query["to"][0])])
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]


def _note(**what):
    if JOURNAL:
        notes = os.open(os.path.join(JOURNAL, "links"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(notes, f"{json.dumps(what)}\n".encode())  # one write: whole lines, whoever else writes
        os.close(notes)


connect()
