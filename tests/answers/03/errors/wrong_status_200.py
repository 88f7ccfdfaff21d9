# mistake: the sentence comes with 200
# says: expected 500 Internal Server Error
# says: Nothing has been sent yet, so the status can still be chosen.
from warehouse import WarehouseError, open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    try:
        for row in open_cursor():
            yield f"{row}\n".encode()
    except WarehouseError:
        yield b"The warehouse does not answer.\n"
