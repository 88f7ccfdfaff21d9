from urllib.parse import parse_qsl


def first(pairs, name):
    return next((value for key, value in pairs if key == name), "")


def every(pairs, name):
    return [value for key, value in pairs if key == name]


def read_body(environ):
    try:
        left = int(environ["CONTENT_LENGTH"])
    except (KeyError, ValueError):
        return b""
    return environ["wsgi.input"].read(left)


def search(environ):
    pairs = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
    yield "q", first(pairs, "q")
    for tag in every(pairs, "tag"):
        yield "tag", tag


def order(environ):
    pairs = parse_qsl(read_body(environ).decode("ascii"), keep_blank_values=True)
    if not first(pairs, "item"):
        raise LookupError("item")
    yield "item", first(pairs, "item")
    for extra in every(pairs, "extra"):
        yield "extra", extra
    yield "note", first(pairs, "note")


def app(environ, start_response):
    view = {"/search": search, "/order": order}[environ["PATH_INFO"]]
    try:
        lines = list(view(environ))
    except LookupError as error:
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
        yield f"missing: {error}\n".encode()
        return
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    for name, value in lines:
        yield f"{name}={value}\n".encode()
