# mistake: asks for all rows, and sends them and the failure afterwards
# says: a warehouse that gives a row only when the row before has reached the visitor
# says: row 1 did not arrive; the application had asked the warehouse for 2 rows by then
from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    lines, failure = [], None
    try:
        for row in open_cursor():
            lines.append(f"{row}\n".encode())
    except WarehouseError as error:
        failure = error
    if failure and not lines:
        start_response("500 Internal Server Error", TEXT)
        yield b"The warehouse does not answer.\n"
        return
    start_response("200 OK", TEXT)
    yield from lines
    if failure:
        raise failure
