# mistake: never closes the cursor
# says: 1 opened, 0 closed
# says: Where is the cursor closed?
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    for row in open_cursor():
        yield f"{row}\n".encode()
