# mistake: uses the quoting of queries
# says: `quote_plus` and `urlencode` are for queries
from urllib.parse import quote_plus


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1")
    address = quote_plus(path.replace(b"/go/", b"/place/", 1), safe="/")
    start_response("303 See Other", [("Location", address), ("Content-Length", "0")])
    return []
