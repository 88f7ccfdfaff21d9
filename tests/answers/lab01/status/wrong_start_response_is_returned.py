# mistake: start_response stands in the return
# says: it returned a function
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
    return start_response(status, headers)
