# mistake: the row that next() took is not sent
# says: the first row is missing: 'black tea 4\ncups 30\n'
# says: What happened to the row that `next()` took?
from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    rows = open_cursor()
    try:
        next(rows)
    except WarehouseError:
        start_response("500 Internal Server Error", TEXT)
        return [b"The warehouse does not answer.\n"]
    start_response("200 OK", TEXT)
    return (f"{row}\n".encode() for row in rows)
