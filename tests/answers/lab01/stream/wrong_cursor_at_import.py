# mistake: one cursor for all requests, opened when the file is imported
# says: open_cursor() was called on import
from warehouse import open_cursor

cursor = open_cursor()


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    try:
        for row in cursor:
            yield row.encode() + b"\n"
    finally:
        cursor.close()
