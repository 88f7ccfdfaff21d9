# mistake: start_response stands in the loop, and an empty list never comes there
# says: start_response is called before the first block of the body
# says: it was never called
import sys
import traceback

import warehouse

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    cursor, started = None, False
    try:
        cursor = warehouse.open_cursor()
        for row in cursor:
            if not started:
                start_response("200 OK", TEXT)
                started = True
            yield row.encode() + b"\n"
    except warehouse.WarehouseError:
        traceback.print_exc(file=environ["wsgi.errors"])
        start_response("503 Service Unavailable", TEXT, sys.exc_info())
        yield b"Please come back later.\n"
    finally:
        if cursor:
            cursor.close()
