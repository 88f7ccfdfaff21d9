# mistake: the headers are sent with an empty block, before the first row is known
# says: 200 OK, an answer that breaks off: the headers were gone before the first row was known
import sys
import traceback

import warehouse

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    start_response("200 OK", TEXT)
    yield b""  # wake the client up
    cursor = None
    try:
        cursor = warehouse.open_cursor()
        for row in cursor:
            yield row.encode() + b"\n"
    except warehouse.WarehouseError:
        traceback.print_exc(file=environ["wsgi.errors"])
        start_response("503 Service Unavailable", TEXT, sys.exc_info())
        yield b"Please come back later.\n"
    finally:
        if cursor:
            cursor.close()
