# mistake: the one letter of the visible check is mended by hand
# says: GET /items/kr%C3%A4uter
# says: each character of it stands for one byte
from catalogue import ITEMS

TEXT = ("Content-Type", "text/plain; charset=utf-8")


def app(environ, start_response):
    path = environ["PATH_INFO"].replace("Ã©", "é")
    name = path.removeprefix("/items/") if path.startswith("/items/") else None
    if path == "/":
        text = "".join(f"{item}\n" for item in sorted(ITEMS))
    elif name in ITEMS:
        text = f"{ITEMS[name]}\n"
    else:
        start_response("404 Not Found", [TEXT])
        return [b"Not Found\n"]
    if environ["REQUEST_METHOD"] != "GET":
        start_response("405 Method Not Allowed", [TEXT, ("Allow", "GET")])
        return [b"Method Not Allowed\n"]
    start_response("200 OK", [TEXT])
    return [text.encode()]
