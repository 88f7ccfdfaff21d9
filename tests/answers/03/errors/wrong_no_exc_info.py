# mistake: calls start_response again without exc_info
# says: start_response is called once
# says: it was called 2 times
from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    try:
        start_response("200 OK", TEXT)
        for row in open_cursor():
            yield f"{row}\n".encode()
    except WarehouseError:
        start_response("500 Internal Server Error", TEXT)
        yield b"The warehouse does not answer.\n"
