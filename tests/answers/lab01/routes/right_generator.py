from catalogue import ITEMS


def app(environ, start_response):
    parts = environ["PATH_INFO"].encode("latin-1").decode().split("/")[1:]
    text = [("Content-Type", "text/plain; charset=utf-8")]
    match parts:
        case [""]:
            lines = sorted(ITEMS)
        case ["items", name] if name in ITEMS:
            lines = [ITEMS[name]]
        case _:
            start_response("404 Not Found", text)
            return
    if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
        start_response("200 OK", text)
        for line in lines:
            yield f"{line}\n".encode()
    else:
        start_response("405 Method Not Allowed", [*text, ("Allow", "GET,HEAD")])
