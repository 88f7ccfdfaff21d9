# mistake: as many rows as the visible check has
# says: nothing more came after row 3
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    try:
        for _ in range(3):
            yield next(cursor).encode() + b"\n"
    finally:
        cursor.close()
