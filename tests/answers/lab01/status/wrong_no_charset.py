# mistake: Content-Type without the charset
# says: Content-Type: text/plain
# says: a browser guesses how the bytes are to be read
from http import HTTPStatus


def app(environ, start_response):
    code = int(environ["PATH_INFO"].removeprefix("/status/"))
    status = f"{code} {HTTPStatus(code).phrase}"
    method = environ["REQUEST_METHOD"]
    body = f"{status} — {method}\n".encode()
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(body))),
        ("X-Method", method),
    ]
    start_response(status, headers)
    return [body]
