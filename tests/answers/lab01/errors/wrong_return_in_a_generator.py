# mistake: the function has a yield, so what `return [...]` gives is not sent
# says: GET /stock, open_cursor() fails, body
# says: the body is empty
# says: In a function with `yield`, `return [...]` hands nothing over
import traceback

import warehouse

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    cursor = None
    try:
        try:
            cursor = warehouse.open_cursor()
            first = next(cursor, None)
        except warehouse.WarehouseError:
            traceback.print_exc(file=environ["wsgi.errors"])
            start_response("503 Service Unavailable", TEXT)
            return [b"The stock list is not there. Please come back later.\n"]
        start_response("200 OK", TEXT)
        if first is not None:
            yield first.encode() + b"\n"
        for row in cursor:
            yield row.encode() + b"\n"
    finally:
        if cursor is not None:
            cursor.close()
