"""A class; a refused request is an exception of its own. Paths are decoded, with signs for what is not UTF-8."""
import json
import re
from http import HTTPStatus
from urllib.parse import unquote_to_bytes


class Refused(Exception):
    pass


class Shop:
    safe = re.compile(rb"/(?![/\\])[!-~]*").fullmatch

    def __init__(self):
        self.notes = []

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        view = {"/health": self.health, "/go": self.go, "/notes": self.note}.get(path)
        headers = [("Content-Type", "text/plain; charset=utf-8")]
        try:
            if view is None:
                raise Refused(404)
            code, body = view(environ, headers)
        except Refused as refused:
            code, body = refused.args[0], b"no\n"
        start_response(f"{code} {HTTPStatus(code).phrase}", headers + [("Content-Length", str(len(body)))])
        yield body

    def health(self, environ, headers):
        return 200, b"ok\n"

    def go(self, environ, headers):
        for part in environ.get("QUERY_STRING", "").split("&"):
            name, _, value = part.partition("=")
            value = unquote_to_bytes(value.replace("+", " "))
            if name == "to" and self.safe(value):
                headers.append(("Location", value.decode("ascii")))
                return 303, b""
        raise Refused(400)

    def note(self, environ, headers):
        if environ["REQUEST_METHOD"] != "POST":
            headers[0] = ("Content-Type", "application/json")
            return 200, json.dumps(self.notes, ensure_ascii=False).encode()
        try:
            length = int(environ.get("CONTENT_LENGTH", ""))
        except ValueError:
            raise Refused(411) from None
        if not 0 <= length <= 4096:
            raise Refused(413)
        left, parts = length, []
        while left:
            part = environ["wsgi.input"].read(left)
            if not part:
                raise Refused(400)
            parts.append(part)
            left -= len(part)
        try:
            note = b"".join(parts).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(400) from None
        self.notes.append(note)
        return 201, b""


app = Shop()
