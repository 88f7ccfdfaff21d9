"""A generator function that is the application itself."""
from warehouse import open_cursor


def app(environ, start_response):
    cursor = open_cursor()
    try:
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        for row in cursor:
            yield row.encode() + b"\n"
    finally:
        cursor.close()
