from urllib.parse import quote


def app(environ, start_response):
    name = environ["PATH_INFO"].removeprefix("/go/").encode("latin-1").decode()
    if not name.isprintable():
        start_response("400 Bad Request", [("Content-Type", "text/plain")])
        return [b"There is no such place."]
    start_response("303 See Other", [("Location", f"/place/{quote(name)}")])
    return [b""]
