# mistake: a line that says "error" is added to the 200
# says: after row 2 came 'Error: the list is not complete\n'
# says: Under 200 OK, whatever you add to the body is part of the stock list
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
            yield b"Error: the list is not complete\n"
        else:
            start_response("503 Service Unavailable", TEXT, sys.exc_info())
    finally:
        if cursor:
            cursor.close()
