import io
import sys


class Server:
    def __init__(self, app):
        self.app = app
        self.status = self.headers = None
        self.body = io.BytesIO()

    def environ(self, method, path, body):
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path.encode("utf-8").decode("iso-8859-1"),
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": True,
        }
        if body:
            environ["CONTENT_LENGTH"] = str(len(body))
        return environ

    def start_response(self, status, headers, exc_info=None):
        try:
            if exc_info and self.body.tell():
                raise exc_info[1].with_traceback(exc_info[2])
        finally:
            exc_info = exc_info and True
        if self.status is not None and not exc_info:
            raise RuntimeError("once is enough")
        self.status, self.headers = status, list(headers)
        return self.body.write

    def __call__(self, *request):
        result = self.app(self.environ(*request), self.start_response)
        try:
            for block in result:
                self.body.write(block)
        finally:
            getattr(result, "close", lambda: None)()
        return [self.status, self.headers, self.body.getvalue()]


def call(app, method, path, body=b""):
    return Server(app)(method, path, body)
