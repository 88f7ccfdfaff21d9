# mistake: start_response comes after the rows
# says: start_response is called before the first block of the body
from warehouse import open_cursor


def app(environ, start_response):
    for row in open_cursor():
        yield f"{row}\n".encode()
    start_response("200 OK", [("Content-Type", "text/plain")])
