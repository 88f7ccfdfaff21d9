# mistake: a Content-Length, guessed from the first row
# says: Content-Length: 1000
# says: How could the length be known before the last row has come?
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "1000")])
    cursor = open_cursor()
    try:
        for row in cursor:
            yield row.encode() + b"\n"
    finally:
        cursor.close()
