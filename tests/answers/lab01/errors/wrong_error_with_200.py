# mistake: the apology has the status 200
# says: 200 OK, 'Please come back later.\n'
import sys
import traceback

import warehouse

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    start_response("200 OK", TEXT)
    cursor, sent = None, 0
    try:
        cursor = warehouse.open_cursor()
        for row in cursor:
            yield row.encode() + b"\n"
            sent += 1
    except warehouse.WarehouseError:
        traceback.print_exc(file=environ["wsgi.errors"])
        if sent:
            raise
        yield b"Please come back later.\n"
    finally:
        if cursor:
            cursor.close()
