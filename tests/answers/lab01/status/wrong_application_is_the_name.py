# mistake: the callable has another name
# says: status.py has no name 'app'
# says: it has application
from http import HTTPStatus


def application(environ, start_response):
    code = int(environ["PATH_INFO"].removeprefix("/status/"))
    status = f"{code} {HTTPStatus(code).phrase}"
    method = environ["REQUEST_METHOD"]
    body = f"{status} — {method}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("X-Method", method),
    ]
    start_response(status, headers)
    return [body]
