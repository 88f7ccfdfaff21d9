# mistake: a generator expression has no close() that reaches the cursor
# says: the cursor is still open
# says: Who closes the cursor when the last row is sent?
import warehouse


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return (row.encode() + b"\n" for row in warehouse.open_cursor())
