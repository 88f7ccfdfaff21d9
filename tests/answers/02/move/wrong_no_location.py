# mistake: forgets the header
# says: no Location
from urllib.parse import quote


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1")
    address = quote(path.replace(b"/go/", b"/place/", 1))
    start_response("303 See Other", [("Content-Length", "0")])
    return []
