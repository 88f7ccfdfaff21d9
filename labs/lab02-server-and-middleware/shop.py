"""The tea shop of lab 01, exercise 8: `app` answers /health, /go?to=PATH and /notes."""

import json
from urllib.parse import parse_qs

LIMIT = 4096  # bytes of a note
notes = []


def app(environ, start_response):
    """Answer whatever comes, and never with 500."""
    status, headers, body = answer(environ)
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]


def answer(environ):
    """The status, the headers and the body for a request."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if path == "/health":
        return plain("200 OK", "ok")
    if path == "/go":
        return go(environ)
    if path == "/notes" and method == "GET":
        return "200 OK", [("Content-Type", "application/json")], json.dumps(notes).encode()
    if path == "/notes" and method == "POST":
        return keep(environ)
    return plain("404 Not Found", "There is no such page.")


def plain(status, text):
    """An answer of one line."""
    return status, [("Content-Type", "text/plain; charset=utf-8")], text.encode() + b"\n"


def go(environ):
    """Send the visitor on, within this site."""
    path = parse_qs(environ.get("QUERY_STRING", "")).get("to", [""])[0]
    inside = path.startswith("/") and path[1:2] not in ("/", "\\")
    if not inside or not all("!" <= character <= "~" for character in path):
        return plain("400 Bad Request", "`to` must be a path of this site.")
    status, headers, body = plain("303 See Other", path)
    return status, [*headers, ("Location", path)], body


def keep(environ):
    """Keep a note that is whole, not too long and UTF-8."""
    said = environ.get("CONTENT_LENGTH")
    if not said:
        return plain("411 Length Required", "Send a Content-Length.")
    length = int(said)
    if length > LIMIT:
        return plain("413 Content Too Large", f"A note has at most {LIMIT} bytes.")
    body = environ["wsgi.input"].read(length)
    if len(body) < length:
        return plain("400 Bad Request", "The note broke off.")
    try:
        notes.append(body.decode())
    except UnicodeDecodeError:
        return plain("400 Bad Request", "The note is not UTF-8.")
    return plain("201 Created", "Thank you.")
