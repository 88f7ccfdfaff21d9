# mistake: the status is right, and the visitor reads an empty page
# says: a sentence of your own for the client
# says: A person needs a sentence
import traceback
from contextlib import closing

import warehouse

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def rows(first, cursor):
    with closing(cursor):
        while first is not None:
            yield f"{first}\n".encode()
            first = next(cursor, None)


def app(environ, start_response):
    cursor = None
    try:
        cursor = warehouse.open_cursor()
        first = next(cursor, None)
    except warehouse.WarehouseError:
        if cursor is not None:
            cursor.close()
        traceback.print_exc(file=environ["wsgi.errors"])
        start_response("503 Service Unavailable", TEXT)
        return []
    start_response("200 OK", TEXT)
    return rows(first, cursor)
