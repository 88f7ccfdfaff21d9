# mistake: forgets the line ends
# says: One row of the warehouse is one line that ends with
from warehouse import open_cursor


def app(environ, start_response):
    cursor = open_cursor()
    try:
        start_response("200 OK", [("Content-Type", "text/plain")])
        for row in cursor:
            yield f"{row}".encode()
    finally:
        cursor.close()
