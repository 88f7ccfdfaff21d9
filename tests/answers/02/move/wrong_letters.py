# mistake: writes letters into the header
# says: a header value has only characters of latin-1
# says: the value of Location is '/place/녹차'
from urllib.parse import quote


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1").decode()
    address = path.replace("/go/", "/place/", 1)
    start_response("303 See Other", [("Location", address), ("Content-Length", "0")])
    return []
