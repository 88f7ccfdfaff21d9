# mistake: reads all rows first
# says: yield row by row
from warehouse import open_cursor


def app(environ, start_response):
    cursor = open_cursor()
    try:
        body = [f"{row}\n".encode() for row in cursor]
    finally:
        cursor.close()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return body
