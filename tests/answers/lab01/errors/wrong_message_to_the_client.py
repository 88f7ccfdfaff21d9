# mistake: str(error) in the answer
# says: the client can read 'warehouse-7 lost, user shop, password oolong88' in
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
    except warehouse.WarehouseError as error:
        traceback.print_exc(file=environ["wsgi.errors"])
        start_response("503 Service Unavailable", TEXT, sys.exc_info())
        yield f"Sorry: {error}\n".encode()
    finally:
        if cursor:
            cursor.close()
