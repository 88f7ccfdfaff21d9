# mistake: the first row leaves in time, the rest is collected
# says: row 2 did not arrive
# says: The first block left in time and a later one did not.
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    cursor = open_cursor()
    yield f"{next(cursor)}\n".encode()
    yield "".join(f"{row}\n" for row in cursor).encode()
