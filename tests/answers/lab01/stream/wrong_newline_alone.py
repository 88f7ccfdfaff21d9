# mistake: the newline is a block of its own
# says: The bytes are right, the blocks are not
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    try:
        for row in cursor:
            yield row.encode()
            yield b"\n"
    finally:
        cursor.close()
