# mistake: leaves a question mark as it is
# says: A question mark in an address begins the query. Here it is a letter of the name
from urllib.parse import quote


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1")
    address = quote(path.replace(b"/go/", b"/place/", 1), safe="/?#")
    start_response("303 See Other", [("Location", address), ("Content-Length", "0")])
    return []
