import sys

from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    try:
        start_response("200 OK", TEXT)
        for row in open_cursor():
            yield f"{row}\n".encode()
    except WarehouseError:
        start_response("500 Internal Server Error", TEXT, sys.exc_info())
        yield b"The warehouse does not answer.\n"
