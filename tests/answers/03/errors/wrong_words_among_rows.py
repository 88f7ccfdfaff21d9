# mistake: the sentence is sent after rows, as one more row
# says: nothing after the two rows
# says: The visitor's program takes this for a row.
from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    started = False
    try:
        for row in open_cursor():
            if not started:
                start_response("200 OK", TEXT)
                started = True
            yield f"{row}\n".encode()
    except WarehouseError:
        if not started:
            start_response("500 Internal Server Error", TEXT)
        yield b"The warehouse does not answer.\n"
