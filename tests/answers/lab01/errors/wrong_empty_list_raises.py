# mistake: next() without a default, and the stock list is empty
# says: GET /stock, nothing in stock
# says: next() on a cursor without rows raises StopIteration
import traceback

import warehouse

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    cursor = None
    try:
        try:
            cursor = warehouse.open_cursor()
            first = next(cursor)
        except warehouse.WarehouseError:
            traceback.print_exc(file=environ["wsgi.errors"])
            start_response("503 Service Unavailable", TEXT)
            yield b"Please come back later.\n"
            return
        start_response("200 OK", TEXT)
        yield first.encode() + b"\n"
        for row in cursor:
            yield row.encode() + b"\n"
    finally:
        if cursor:
            cursor.close()
