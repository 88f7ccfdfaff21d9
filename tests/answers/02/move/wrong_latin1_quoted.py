# mistake: quotes what latin-1 makes of the bytes
# says: This is an address for what latin-1 makes of the bytes
from urllib.parse import quote


def app(environ, start_response):
    path = environ["PATH_INFO"]
    address = quote(path.replace("/go/", "/place/", 1))
    start_response("303 See Other", [("Location", address), ("Content-Length", "0")])
    return []
