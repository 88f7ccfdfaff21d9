# mistake: takes a second start_response without exc_info
# says: Which of the two statuses did the application mean?
import io
from wsgiref.util import setup_testing_defaults


def call(app, method, path, body=b""):
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1")}
    environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    setup_testing_defaults(environ)
    head, blocks = [], []

    def start_response(status, headers, exc_info=None):
        head[:] = [status, headers]
        return blocks.append

    iterable = app(environ, start_response)
    try:
        blocks.extend(iterable)
    finally:
        if hasattr(iterable, "close"):
            iterable.close()
    return head[0], head[1], b"".join(blocks)
