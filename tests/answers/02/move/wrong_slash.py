# mistake: quotes the slash too
# says: A slash stays a slash here
from urllib.parse import quote


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1")
    address = "/place/" + quote(path[4:], safe="")
    start_response("303 See Other", [("Location", address), ("Content-Length", "0")])
    return []
