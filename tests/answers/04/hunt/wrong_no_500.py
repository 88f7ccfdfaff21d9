# mistake: an error before the headers gets no answer
# says: (S27) the application gave a block and never called start_response
# says: the connection was closed without a byte of answer
import io
import sys
import traceback
from email.utils import formatdate
from urllib.parse import unquote


class NaiveServer:
    def __init__(self, listener, app):
        self.listener, self.app = listener, app

    def handle_one_request(self):
        self.connection, _ = self.listener.accept()
        self.headers_set, self.sent = None, False  # nothing is left of the request before
        try:
            with self.connection.makefile("rb") as self.stream:
                self.method, self.path, self.version = self.read_line().split()
                result = self.app(self.get_environ(), self.start_response)
                self.finish_response(result)
        except Exception:  # noqa: BLE001 - an application may raise anything
            traceback.print_exc()
        finally:
            self.connection.close()

    def read_line(self):
        return self.stream.readline().decode("latin-1").rstrip("\r\n")

    def get_environ(self):
        environ = {"wsgi.version": (1, 0), "wsgi.url_scheme": "http"}
        environ["wsgi.errors"] = sys.stderr
        environ["wsgi.multithread"] = environ["wsgi.multiprocess"] = environ["wsgi.run_once"] = False
        environ["REQUEST_METHOD"] = self.method
        environ["SERVER_PROTOCOL"] = self.version
        path, _, environ["QUERY_STRING"] = self.path.partition("?")
        environ["PATH_INFO"] = unquote(path, "latin-1")
        host, port = self.listener.getsockname()
        environ["SERVER_NAME"], environ["SERVER_PORT"] = host, str(port)
        while line := self.read_line():
            name, _, value = line.partition(":")
            key = "HTTP_" + name.upper().replace("-", "_")
            environ[key] = value.strip(" \t")
        for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            environ[key] = environ.pop("HTTP_" + key, "")
        body = self.stream.read(int(environ["CONTENT_LENGTH"] or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        return environ

    def start_response(self, status, response_headers, exc_info=None):
        server_headers = [("Server", "NaiveServer 0.3")]
        if "date" not in [name.lower() for name, _ in response_headers]:
            server_headers.append(("Date", formatdate(usegmt=True)))
        self.headers_set = [status, response_headers + server_headers]
        return self.write

    def write(self, data):
        if data and not self.sent:
            self.send_head()
        self.connection.sendall(data)

    def send_head(self):
        status, response_headers = self.headers_set
        response = f"HTTP/1.1 {status}\r\n"
        for header in response_headers:
            response += "{}: {}\r\n".format(*header)
        self.sent = True
        self.connection.sendall((response + "\r\n").encode("latin-1"))

    def finish_response(self, result):
        try:
            for data in result:
                self.write(data)
            if not self.sent:
                self.send_head()
        finally:
            if hasattr(result, "close"):
                result.close()


def serve(listener, app):
    server = NaiveServer(listener, app)
    while True:
        server.handle_one_request()
