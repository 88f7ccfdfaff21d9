# mistake: the try is around the making of the generator, not around its work
# says: when the warehouse fails before its first row
# says: expected the text The warehouse does not answer.
# says: Internal Server Error
from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    try:
        lines = (f"{row}\n".encode() for row in open_cursor())
    except WarehouseError:
        start_response("500 Internal Server Error", TEXT)
        return [b"The warehouse does not answer.\n"]
    start_response("200 OK", TEXT)
    return lines
