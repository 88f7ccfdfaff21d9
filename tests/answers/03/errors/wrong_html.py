# mistake: the sentence is sent as HTML
# says: when the warehouse fails before its first row
# says: expected Content-Type: text/plain
# says: saw Content-Type: text/html
from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    rows = open_cursor()
    try:
        first = next(rows)
    except WarehouseError:
        start_response("500 Internal Server Error", [("Content-Type", "text/html; charset=utf-8")])
        yield b"The warehouse does not answer.\n"
        return
    start_response("200 OK", TEXT)
    yield f"{first}\n".encode()
    for row in rows:
        yield f"{row}\n".encode()
