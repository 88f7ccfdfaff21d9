# mistake: close() is called when all went well
# says: 1 of 10 observations does not hold
# says: (S19) close() of an iterable that raised
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
        self.sent = False
        try:
            self.request_data = self.connection.recv(65536)
            self.head, _, self.body = self.request_data.partition(b"\r\n\r\n")
            request_line = self.head.decode("latin-1").splitlines()[0]
            self.method, self.path, self.version = request_line.split()
            result = self.app(self.get_environ(), self.start_response)
            self.finish_response(result)
        except Exception:  # noqa: BLE001 - an application may raise anything
            traceback.print_exc()
        finally:
            self.connection.close()

    def get_environ(self):
        environ = {"wsgi.version": (1, 0), "wsgi.url_scheme": "http"}
        environ["wsgi.input"] = io.BytesIO(self.body)
        environ["wsgi.errors"] = sys.stderr
        environ["wsgi.multithread"] = environ["wsgi.multiprocess"] = environ["wsgi.run_once"] = False
        environ["REQUEST_METHOD"] = self.method
        path, _, environ["QUERY_STRING"] = self.path.partition("?")
        environ["PATH_INFO"] = unquote(path, "latin-1")
        host, port = self.listener.getsockname()
        environ["SERVER_NAME"], environ["SERVER_PORT"] = host, str(port)
        return environ

    def start_response(self, status, response_headers, exc_info=None):
        server_headers = [("Date", formatdate(usegmt=True)), ("Server", "NaiveServer 0.2")]
        self.headers_set = [status, response_headers + server_headers]
        return self.write

    def write(self, data):
        if data and not self.sent:
            self.send_head()
        self.connection.sendall(data)

    def send_head(self):
        self.sent = True
        status, response_headers = self.headers_set
        response = f"HTTP/1.1 {status}\r\n"
        for header in response_headers:
            response += "{}: {}\r\n".format(*header)
        self.connection.sendall((response + "\r\n").encode("latin-1"))

    def finish_response(self, result):
        try:
            for data in result:
                self.write(data)
            if not self.sent:
                self.send_head()
        except Exception:
            raise
        else:
            if hasattr(result, "close"):
                result.close()


def serve(listener, app):
    server = NaiveServer(listener, app)
    while True:
        server.handle_one_request()
