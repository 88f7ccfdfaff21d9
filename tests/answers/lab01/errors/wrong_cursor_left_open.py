# mistake: close() stands after the loop, and is not reached after an error
# says: the cursor is still open
# says: A cursor that failed holds its connection too
import sys
import traceback

import warehouse

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    start_response("200 OK", TEXT)
    try:
        cursor = warehouse.open_cursor()
        for row in cursor:
            yield row.encode() + b"\n"
        cursor.close()
    except warehouse.WarehouseError:
        traceback.print_exc(file=environ["wsgi.errors"])
        start_response("503 Service Unavailable", TEXT, sys.exc_info())
        yield b"Please come back later.\n"
