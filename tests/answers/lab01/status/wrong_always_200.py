# mistake: the status stands in the body only
# says: the status line 404 Not Found
# says: the status line 200 OK
# says: The number at the end of the path is the status
from http import HTTPStatus


def app(environ, start_response):
    code = int(environ["PATH_INFO"].removeprefix("/status/"))
    status = f"{code} {HTTPStatus(code).phrase}"
    method = environ["REQUEST_METHOD"]
    body = f"{status} — {method}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("X-Method", method),
    ]
    start_response("200 OK", headers)
    return [body]
