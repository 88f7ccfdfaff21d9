from urllib.parse import quote


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1")
    address = quote(path.replace(b"/go/", b"/place/", 1))
    start_response("303 See Other", [("Location", address), ("Content-Length", "0")])
    return []
