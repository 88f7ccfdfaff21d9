# mistake: hands PATH_INFO on as it is
# says: An address is written in ASCII. This header has the bytes of the path as they are
from urllib.parse import quote


def app(environ, start_response):
    path = environ["PATH_INFO"]
    address = path.replace("/go/", "/place/", 1)
    start_response("303 See Other", [("Location", address), ("Content-Length", "0")])
    return []
