import io
import sys
from wsgiref.handlers import SimpleHandler


class Handler(SimpleHandler):
    def handle_error(self):
        self.result = None  # it was closed when it raised
        raise

    def cleanup_headers(self):
        pass

    def send_headers(self):
        self.headers_sent = True

    def close(self):
        self.kept = self.status, self.headers.items()
        super().close()


def call(app, method, path, body=b""):
    base = {"REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1"), "CONTENT_LENGTH": str(len(body))}
    base |= {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1"}
    output = io.BytesIO()
    handler = Handler(io.BytesIO(body), output, sys.stderr, base, False, False)
    handler.run(app)
    return *handler.kept, output.getvalue()
