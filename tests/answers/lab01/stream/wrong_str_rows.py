# mistake: the rows are yielded as str
# says: every block of the body is bytes
# says: block 1 is a str
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    try:
        for row in cursor:
            yield row + "\n"
    finally:
        cursor.close()
