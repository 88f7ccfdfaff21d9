# mistake: the starter as it is: no error is handled
# says: when the warehouse fails before its first row
# says: this is the server's page
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    for row in open_cursor():
        yield f"{row}\n".encode()
