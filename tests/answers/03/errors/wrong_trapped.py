# mistake: catches what start_response raises when headers have left
# says: what start_response raises when given exc_info goes up to the server
import sys

from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    try:
        start_response("200 OK", TEXT)
        for row in open_cursor():
            yield f"{row}\n".encode()
    except WarehouseError:
        try:
            start_response("500 Internal Server Error", TEXT, sys.exc_info())
        except WarehouseError:
            return
        yield b"The warehouse does not answer.\n"
