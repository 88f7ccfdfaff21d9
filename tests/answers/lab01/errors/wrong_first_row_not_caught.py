# mistake: open_cursor() is guarded, the first row is not
# says: GET /stock, the first row fails
# says: 500 Internal Server Error from gunicorn
import traceback

import warehouse

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def lines(cursor):
    try:
        for row in cursor:
            yield row.encode() + b"\n"
    finally:
        cursor.close()


def app(environ, start_response):
    try:
        cursor = warehouse.open_cursor()
    except warehouse.WarehouseError:
        traceback.print_exc(file=environ["wsgi.errors"])
        start_response("503 Service Unavailable", TEXT)
        return [b"Please come back later.\n"]
    start_response("200 OK", TEXT)
    return lines(cursor)
