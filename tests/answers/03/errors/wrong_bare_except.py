# mistake: an except that takes everything and says nothing
# says: expected 500 Internal Server Error
# says: 200 OK
# says: when the warehouse fails before its first row
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    rows = open_cursor()
    while True:
        try:
            row = next(rows)
        except Exception:
            break
        yield f"{row}\n".encode()
