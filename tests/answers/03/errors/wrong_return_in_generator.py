# mistake: returns the sentence from a function that yields
# says: when the warehouse fails before its first row
# says: saw the body is empty
# says: In a function with `yield`, `return [...]` hands nothing over: `yield` the sentence.
from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    rows = open_cursor()
    try:
        first = next(rows)
    except WarehouseError:
        start_response("500 Internal Server Error", TEXT)
        return [b"The warehouse does not answer.\n"]
    start_response("200 OK", TEXT)
    yield f"{first}\n".encode()
    for row in rows:
        yield f"{row}\n".encode()
