"""The page in one function, HEAD in a wrapper around it."""
import hashlib
import re

from menu import page


def without_body(inner):
    def outer(environ, start_response):
        body = inner(environ, start_response)
        return [b""] if environ["REQUEST_METHOD"] == "HEAD" else body

    return outer


@without_body
def app(environ, start_response):
    text = page(environ["PATH_INFO"])
    kind = ("Content-Type", "text/plain; charset=utf-8")
    if text is None:
        start_response("404 Not Found", [kind, ("Content-Length", "10")])
        return [b"not found\n"]
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        start_response("405 Method Not Allowed", [kind, ("Allow", "GET, HEAD"), ("Content-Length", "0")])
        return []
    body = text.encode("utf-8")
    etag = '"' + hashlib.md5(body).hexdigest() + '"'
    if set(re.findall(r'\*|"[^"]*"', environ.get("HTTP_IF_NONE_MATCH", ""))) & {"*", etag}:
        start_response("304 Not Modified", [("ETag", etag)])
        return []
    start_response("200 OK", [kind, ("ETag", etag), ("Content-Length", str(len(body)))])
    return [body]
