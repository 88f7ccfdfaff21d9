# mistake: Content-Length counts the characters of the text
# says: Content-Length is '20', the body has 22 bytes
# says: count bytes, not characters
from http import HTTPStatus


def app(environ, start_response):
    code = int(environ["PATH_INFO"].removeprefix("/status/"))
    status = f"{code} {HTTPStatus(code).phrase}"
    method = environ["REQUEST_METHOD"]
    text = f"{status} — {method}\n"
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(text))),
        ("X-Method", method),
    ]
    start_response(status, headers)
    return [text.encode()]
