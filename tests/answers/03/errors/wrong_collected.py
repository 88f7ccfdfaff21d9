# mistake: collects the rows first, so that none leaves
# says: 200 OK: it had left with the first row
# says: the visitor got neither of them
from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    try:
        lines = [f"{row}\n".encode() for row in open_cursor()]
    except WarehouseError:
        start_response("500 Internal Server Error", TEXT)
        return [b"The warehouse does not answer.\n"]
    start_response("200 OK", TEXT)
    return lines
