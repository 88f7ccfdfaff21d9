# mistake: all rows are collected, so that every error comes before the headers
# says: 503 Service Unavailable: rows 1 to 2 did not reach the client
import traceback

import warehouse

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    cursor = None
    try:
        cursor = warehouse.open_cursor()
        body = [row.encode() + b"\n" for row in cursor]
    except warehouse.WarehouseError:
        traceback.print_exc(file=environ["wsgi.errors"])
        start_response("503 Service Unavailable", TEXT)
        return [b"Please come back later.\n"]
    finally:
        if cursor:
            cursor.close()
    start_response("200 OK", TEXT)
    return body
