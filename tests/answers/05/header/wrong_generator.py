# mistake: the layer is a generator function, so the application runs inside its iterable and write() comes too late
# says: GET /write (A11)
# says: When does your layer call it?
from wsgiref.headers import Headers

from pages import app as inner


def app(environ, start_response):
    def start(status, headers, exc_info=None):
        found = Headers(list(headers))
        found.setdefault("X-Frame-Options", "DENY")
        return start_response(status, found.items(), exc_info)

    blocks = inner(environ, start)
    try:
        yield from blocks
    finally:
        getattr(blocks, "close", lambda: None)()
