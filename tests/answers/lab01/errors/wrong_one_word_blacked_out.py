# mistake: what must not be told is a list of the words that the visible check uses
# says: the client can read
# says: 'samovar-2
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
        secret = str(error)
        for word in ("warehouse-7", "lost", "user", "shop", "password", "oolong88", ","):
            secret = secret.replace(word, "*")
        yield f"Sorry: {secret}\n".encode()
    finally:
        if cursor:
            cursor.close()
