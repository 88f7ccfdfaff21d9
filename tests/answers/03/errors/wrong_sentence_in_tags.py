# mistake: the sentence stands in a page of HTML
# says: saw '<h1>The warehouse does not answer.</h1>'
# says: The sentence is there, with something around it.
from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    rows = open_cursor()
    try:
        first = next(rows)
    except WarehouseError:
        start_response("500 Internal Server Error", [("Content-Type", "text/html; charset=utf-8")])
        yield b"<h1>The warehouse does not answer.</h1>"
        return
    start_response("200 OK", TEXT)
    yield f"{first}\n".encode()
    for row in rows:
        yield f"{row}\n".encode()
