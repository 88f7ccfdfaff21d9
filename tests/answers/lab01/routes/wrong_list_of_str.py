# mistake: the lines are returned as text
# says: block 1 is a str
from catalogue import ITEMS

TEXT = ("Content-Type", "text/plain; charset=utf-8")


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
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
    return text.splitlines(keepends=True)
