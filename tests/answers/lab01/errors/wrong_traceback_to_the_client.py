# mistake: the traceback is the answer
# says: the client can read 'Traceback' in
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
        text = traceback.format_exc()
        environ["wsgi.errors"].write(text)
        start_response("503 Service Unavailable", TEXT, sys.exc_info())
        yield text.encode()
    finally:
        if cursor:
            cursor.close()
