import contextlib

import framing
import loop


def serve(listener, app):
    loop.serve_each(listener, app, respond)


def respond(connection, environ, app):
    with connection.makefile("wb") as out, contextlib.ExitStack() as later:
        response = Response(out, environ)
        blocks = app(environ, response)
        if hasattr(blocks, "close"):
            later.callback(blocks.close)
        for block in blocks:
            response.send(block)
        response.end()


class Response:
    """Is its own start_response."""

    def __init__(self, out, environ):
        self.out, self.environ, self.frame = out, environ, None

    def __call__(self, status, headers, exc_info=None):
        self.status, self.headers = status, headers
        return self.send

    def begin(self):
        head, chunked, empty = framing.make_head(self.status, self.headers, self.environ)
        self.out.write(head)
        self.last = b"0\r\n\r\n" if chunked else b""
        self.frame = (lambda block: b"") if empty else chunk if chunked else bytes

    def send(self, block):
        if block:
            if self.frame is None:
                self.begin()
            self.out.write(self.frame(block))
            self.out.flush()

    def end(self):
        if self.frame is None:
            self.begin()
        self.out.write(self.last)


def chunk(block):
    return b"".join([hex(len(block))[2:].encode(), b"\r\n", block, b"\r\n"])
