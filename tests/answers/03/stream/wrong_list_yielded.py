# mistake: yields a list
# says: block 1 is a list
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield [f"{row}\n".encode() for row in open_cursor()]
