# mistake: finally closes a cursor that open_cursor() never gave
# says: UnboundLocalError
# says: A name that was to be set there does not exist.
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
    except warehouse.WarehouseError:
        traceback.print_exc(file=environ["wsgi.errors"])
        start_response("503 Service Unavailable", TEXT, sys.exc_info())
        yield b"Please come back later.\n"
    finally:
        cursor.close()
