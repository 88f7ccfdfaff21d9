# mistake: keeps the first status when it is to be replaced
# says: the status '200 OK'
import io
from wsgiref.util import setup_testing_defaults


def call(app, method, path, body=b""):
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1")}
    environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    setup_testing_defaults(environ)
    head, blocks = [], []

    def start_response(status, headers, exc_info=None):
        if head and not exc_info:
            raise AssertionError("start_response was called twice")
        head.extend([status, headers])
        return blocks.append

    iterable = app(environ, start_response)
    try:
        blocks.extend(iterable)
    finally:
        if hasattr(iterable, "close"):
            iterable.close()
    return head[0], head[1], b"".join(blocks)
