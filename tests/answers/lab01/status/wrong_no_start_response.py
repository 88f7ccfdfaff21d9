# mistake: start_response is never called
# says: start_response is called before the first block
# says: it was never called
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
    return [body]
