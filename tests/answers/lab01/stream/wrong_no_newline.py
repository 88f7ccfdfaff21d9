# mistake: the newline is forgotten
# says: 3 blocks without a newline: b'Assam: 12'
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    try:
        for row in cursor:
            yield row.encode()
    finally:
        cursor.close()
