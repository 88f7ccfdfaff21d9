# mistake: yield from takes each line apart
# says: block 1 is an int: 65
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    try:
        for row in cursor:
            yield from row.encode() + b"\n"
    finally:
        cursor.close()
