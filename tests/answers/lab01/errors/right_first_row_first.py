"""The first row is fetched before start_response; whatever comes later is raised."""
import traceback
from contextlib import closing

from warehouse import WarehouseError, open_cursor

PLAIN = [("Content-Type", "text/plain; charset=utf-8")]


def lines(cursor, first):
    with closing(cursor):
        if first is not None:
            yield first.encode() + b"\n"
            for row in cursor:
                yield row.encode() + b"\n"


class Stock:
    def __init__(self, cursor, first):
        self.cursor = cursor
        self.lines = lines(cursor, first)

    def __iter__(self):
        return self.lines

    def close(self):
        self.cursor.close()


def app(environ, start_response):
    try:
        cursor = open_cursor()
        try:
            first = next(cursor, None)
        except WarehouseError:
            cursor.close()
            raise
    except WarehouseError:
        environ["wsgi.errors"].write(traceback.format_exc())
        start_response("503 Service Unavailable", PLAIN + [("Retry-After", "30")])
        return [b"no stock list now\n"]
    start_response("200 OK", PLAIN)
    return Stock(cursor, first)
