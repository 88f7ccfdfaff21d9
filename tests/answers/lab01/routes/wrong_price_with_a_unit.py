# mistake: the price is a phrase for people
# says: 200 and b'21 euro\n'
# says: The number is right, and there is more than the number
from catalogue import ITEMS

TEXT = ("Content-Type", "text/plain; charset=utf-8")


def app(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    name = path.removeprefix("/items/") if path.startswith("/items/") else None
    if path == "/":
        text = "".join(f"{item}\n" for item in sorted(ITEMS))
    elif name in ITEMS:
        text = f"{ITEMS[name]} euro\n"
    else:
        start_response("404 Not Found", [TEXT])
        return [b"Not Found\n"]
    if environ["REQUEST_METHOD"] != "GET":
        start_response("405 Method Not Allowed", [TEXT, ("Allow", "GET")])
        return [b"Method Not Allowed\n"]
    start_response("200 OK", [TEXT])
    return [text.encode()]
