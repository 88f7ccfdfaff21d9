# mistake: the text is kept from the first request on
# says: GET /sencha, after its text has changed
# says: The old text is still there.
import hashlib

from menu import page


kept = {}


def app(environ, start_response):
    method = environ["REQUEST_METHOD"]
    path = environ["PATH_INFO"]
    text = kept.setdefault(path, page(path))
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
            start_response("304 Not Modified", headers)
            return []
    headers.append(("Content-Length", str(len(body))))
    start_response(status, headers)
    return [] if method == "HEAD" else [body]
