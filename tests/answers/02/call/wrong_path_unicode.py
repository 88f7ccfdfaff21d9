# mistake: puts the path into environ as it reads
# says: These are letters above U+00FF
# says: PATH_INFO '/차/🍵'
import io
from wsgiref.util import setup_testing_defaults


def call(app, method, path, body=b""):
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path}
    environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    setup_testing_defaults(environ)
    head, blocks = [], []

    def start_response(status, headers, exc_info=None):
        if head and not exc_info:
            raise AssertionError("start_response was called twice")
        head[:] = [status, headers]
        return blocks.append

    iterable = app(environ, start_response)
    try:
        blocks.extend(iterable)
    finally:
        if hasattr(iterable, "close"):
            iterable.close()
    return head[0], head[1], b"".join(blocks)
