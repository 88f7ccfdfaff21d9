# mistake: the module takes one item of the catalogue when it is imported
# says: loaded the file beside another catalogue.py
# says: it asks the catalogue for something that this one does not have
from catalogue import ITEMS

BEST = ITEMS["oolong"]
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
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        start_response("405 Method Not Allowed", [TEXT, ("Allow", "GET, HEAD")])
        return [b"Method Not Allowed\n"]
    start_response("200 OK", [TEXT])
    return [text.encode()] if environ["REQUEST_METHOD"] == "GET" else []
