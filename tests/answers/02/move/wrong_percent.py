# mistake: leaves a percent sign as it is
# says: A percent sign stands before two hexadecimal digits
from urllib.parse import quote


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1")
    address = quote(path.replace(b"/go/", b"/place/", 1), safe="/%")
    start_response("303 See Other", [("Location", address), ("Content-Length", "0")])
    return []
