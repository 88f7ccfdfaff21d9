# mistake: one block of all rows, in a generator that looks like streaming
# says: the warehouse was asked for row 2 before row 1 had reached the client
# says: All rows came in one block.
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    try:
        text = "\n".join(cursor) + "\n"
        yield text.encode()
    finally:
        cursor.close()
