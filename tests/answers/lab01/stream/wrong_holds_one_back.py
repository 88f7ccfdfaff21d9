# mistake: each row is sent when the next one is there, to know which is the last
# says: before row 1 had reached the client
# says: One row is held back until the next is there
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    try:
        held = None
        for row in cursor:
            if held is not None:
                yield held.encode() + b"\n"
            held = row
        if held is not None:
            yield held.encode() + b"\n"
    finally:
        cursor.close()
