# mistake: closes it before the body is read
# says: this cursor is closed
from warehouse import open_cursor


def app(environ, start_response):
    cursor = open_cursor()
    try:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (f"{row}\n".encode() for row in cursor)
    finally:
        cursor.close()
