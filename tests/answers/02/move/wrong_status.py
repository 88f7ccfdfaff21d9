# mistake: sends 200
# says: saw 200 OK
from urllib.parse import quote


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1")
    address = quote(path.replace(b"/go/", b"/place/", 1))
    start_response("200 OK", [("Location", address), ("Content-Length", "0")])
    return []
