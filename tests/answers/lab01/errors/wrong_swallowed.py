# mistake: the error in the middle is logged and forgotten, the answer looks whole
# says: a whole answer, that ends as if there were no more rows
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
        if not sent:
            start_response("503 Service Unavailable", TEXT, sys.exc_info())
    finally:
        if cursor:
            cursor.close()
