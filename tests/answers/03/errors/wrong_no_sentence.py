# mistake: the 500 comes with nothing to read
# says: expected the text The warehouse does not answer.
# says: saw the body is empty
# says: Which line hands the sentence to the server?
from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    rows = open_cursor()
    try:
        line = next(rows)
    except WarehouseError:
        start_response("500 Internal Server Error", TEXT)
        return []
    start_response("200 OK", TEXT)
    return lines(line, rows)


def lines(line, rows):
    yield f"{line}\n".encode()
    for row in rows:
        yield f"{row}\n".encode()
