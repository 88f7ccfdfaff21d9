# mistake: 304 does not say which tag it means
# says: a 304 with the page's tag
import hashlib

from menu import page


def app(environ, start_response):
    method = environ["REQUEST_METHOD"]
    text = page(environ["PATH_INFO"])
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    if text is None:
        status, body = "404 Not Found", b"no such page\n"
    elif method not in ("GET", "HEAD"):
        status, body = "405 Method Not Allowed", b"GET and HEAD only\n"
        headers.append(("Allow", "GET, HEAD"))
    else:
        status, body = "200 OK", text.encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers.append(("ETag", etag))
        tags = [tag.strip().removeprefix("W/") for tag in environ.get("HTTP_IF_NONE_MATCH", "").split(",")]
        if etag in tags or "*" in tags:
            start_response("304 Not Modified", [])
            return []
    headers.append(("Content-Length", str(len(body))))
    start_response(status, headers)
    return [] if method == "HEAD" else [body]
