# mistake: the first row is looked after, later errors are swallowed
# says: nothing after the two rows
# says: an answer that ends as if it were whole
# says: The exception was swallowed. Two rows look like the whole stock now.
import sys

from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    rows = open_cursor()
    try:
        line = next(rows)
    except WarehouseError:
        start_response("500 Internal Server Error", TEXT)
        yield b"The warehouse does not answer."
        return
    start_response("200 OK", TEXT)
    try:
        while True:
            yield f"{line}\n".encode()
            line = next(rows)
    except (StopIteration, WarehouseError):
        return
