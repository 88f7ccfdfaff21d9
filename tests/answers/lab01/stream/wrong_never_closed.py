# mistake: nobody closes the cursor
# says: GET /stock, to the end
# says: the cursor is still open
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    for row in open_cursor():
        yield row.encode() + b"\n"
