# mistake: the rows run into each other
# says: The rows are there and run into each other.
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    for row in open_cursor():
        yield row.encode()
