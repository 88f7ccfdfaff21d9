# mistake: a second start_response without exc_info
# says: start_response is called once; again only with exc_info, in an error handler
# says: it was called 2 times: '200 OK', then '503 Service Unavailable'
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
        start_response("503 Service Unavailable", TEXT)
        yield b"Please come back later.\n"
    finally:
        if cursor:
            cursor.close()
