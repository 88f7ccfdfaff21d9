# mistake: what start_response raises with exc_info is caught
# says: what start_response raises when given exc_info goes up to the server
import sys
import traceback

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
        traceback.print_exc(file=environ["wsgi.errors"])
        try:
            start_response("503 Service Unavailable", TEXT, sys.exc_info())
            yield b"Please come back later.\n"
        except Exception:
            pass
    finally:
        if cursor:
            cursor.close()
