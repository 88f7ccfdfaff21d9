import json


class BadRequest(Exception):
    pass


def numbers_of(environ):
    size = environ.get("CONTENT_LENGTH", "")
    if not size:
        raise BadRequest("there is no body")
    try:
        found = json.loads(environ["wsgi.input"].read(int(size)))
    except ValueError as error:
        raise BadRequest(str(error)) from error
    if not isinstance(found, list):
        raise BadRequest("not a list")
    for item in found:
        if isinstance(item, bool) or not isinstance(item, (int, float)):
            raise BadRequest(f"{item!r} is no number")
    return found


def app(environ, start_response):
    try:
        total = sum(numbers_of(environ))
    except BadRequest as error:
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{error}\n".encode()]
    body = b'{"sum": %s}\n' % str(total).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
