# mistake: next() without a default in a plain function: the server takes the StopIteration for an end of its own
# says: GET /stock, nothing in stock
# says: raised StopIteration
# says: It left `app`, and the server hung up without an answer
import traceback
from itertools import chain

import warehouse

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


class Stock:
    def __init__(self, first, cursor):
        self.blocks = (row.encode() + b"\n" for row in chain([first], cursor))
        self.close = cursor.close

    def __iter__(self):
        return self.blocks


def app(environ, start_response):
    cursor = None
    try:
        cursor = warehouse.open_cursor()
        first = next(cursor)
    except warehouse.WarehouseError:
        traceback.print_exc(file=environ["wsgi.errors"])
        if cursor is not None:
            cursor.close()
        start_response("503 Service Unavailable", TEXT)
        return [b"Please come back later.\n"]
    start_response("200 OK", TEXT)
    return Stock(first, cursor)
