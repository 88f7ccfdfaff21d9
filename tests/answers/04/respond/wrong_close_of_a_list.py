# mistake: calls a close() that is not there
# says: AttributeError: 'list' object has no attribute 'close'
# says: Most applications return a list.
from framing import make_head
from loop import serve_each


class Answer:
    sent = chunked = empty = False

    def __init__(self, connection, environ):
        self.connection, self.environ = connection, environ

    @classmethod
    def respond(cls, connection, environ, app):
        cls(connection, environ).run(app)

    def start_response(self, status, headers, exc_info=None):
        self.status, self.headers = status, list(headers)
        return self.write

    def write(self, block):
        if block and not self.sent:
            self.send_head()
        if block and not self.empty:
            framed = b"%x\r\n%b\r\n" % (len(block), block) if self.chunked else block
            self.connection.sendall(framed)

    def send_head(self):
        head, self.chunked, self.empty = make_head(self.status, self.headers, self.environ)
        self.sent = True
        self.connection.sendall(head)

    def run(self, app):
        blocks = app(self.environ, self.start_response)
        try:
            for block in blocks:
                self.write(block)
            if not self.sent:
                self.send_head()
            if self.chunked:
                self.connection.sendall(b"0\r\n\r\n")
        finally:
            blocks.close()


respond = Answer.respond


def serve(listener, app):
    serve_each(listener, app, respond)
