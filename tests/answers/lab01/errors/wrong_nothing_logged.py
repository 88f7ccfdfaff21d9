# mistake: nothing of the error is in the log
# says: the traceback of WarehouseError in the server's log
# says: nothing of the error
import sys

import warehouse

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    start_response("200 OK", TEXT)
    cursor = None
    try:
        cursor = warehouse.open_cursor()
        for row in cursor:
            yield row.encode() + b"\n"
    except warehouse.WarehouseError:
        start_response("503 Service Unavailable", TEXT, sys.exc_info())
        yield b"Please come back later.\n"
    finally:
        if cursor:
            cursor.close()
