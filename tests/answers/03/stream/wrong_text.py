# mistake: yields text
# says: block 1 is a str: 'green tea 12
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    for row in open_cursor():
        yield f"{row}\n"
