# mistake: hands the cursor itself to the server
# says: block 1 is a str: 'green tea 12'
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return open_cursor()
