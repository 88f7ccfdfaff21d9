# mistake: the next character is looked at, and there may be none
# says: GET /go?to=/
# says: IndexError
import json
from urllib.parse import parse_qs

LIMIT = 4096
notes = []


def safe(path):
    return path[:1] == "/" and path[1] not in "/\\" and all("!" <= c <= "~" for c in path)


def app(environ, start_response):
    def answer(status, text="", kind="text/plain; charset=utf-8", *headers):
        start_response(status, [("Content-Type", kind), *headers])
        return [text.encode()]

    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if path == "/health":
        return answer("200 OK", "ok")
    if path == "/go":
        to = parse_qs(environ["QUERY_STRING"]).get("to", [""])[0]
        if not safe(to):
            return answer("400 Bad Request", "only to a page of this shop")
        return answer("303 See Other", "", "text/plain", ("Location", to))
    if path == "/notes" and method == "GET":
        return answer("200 OK", json.dumps(notes), "application/json")
    if path == "/notes" and method == "POST":
        length = environ.get("CONTENT_LENGTH")
        if not length:
            return answer("411 Length Required")
        length = int(length)
        if length > LIMIT:
            return answer("413 Content Too Large")
        body = environ["wsgi.input"].read(length)
        if len(body) < length:
            return answer("400 Bad Request", "the note ends too early")
        try:
            notes.append(body.decode())
        except UnicodeDecodeError:
            return answer("400 Bad Request", "not UTF-8")
        return answer("201 Created")
    return answer("404 Not Found")
