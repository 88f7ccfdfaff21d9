# mistake: the line end stands before each row
# says: Look at the very end and the very beginning
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    for row in open_cursor():
        yield b"\n" + row.encode()
