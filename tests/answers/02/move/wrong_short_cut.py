# mistake: takes one part of the path
# says: saw Location: '/place/tea'
from urllib.parse import quote


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1")
    address = "/place/" + quote(path.split(b"/")[2])
    start_response("303 See Other", [("Location", address), ("Content-Length", "0")])
    return []
