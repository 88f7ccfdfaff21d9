# mistake: the log has the error's text, and not where it happened
# says: the error's text, but no traceback
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
    except warehouse.WarehouseError as error:
        print(error, file=environ["wsgi.errors"])
        start_response("503 Service Unavailable", TEXT, sys.exc_info())
        yield b"Please come back later.\n"
    finally:
        if cursor:
            cursor.close()
