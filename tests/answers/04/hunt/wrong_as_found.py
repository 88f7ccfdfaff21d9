# mistake: the server as it was found
# says: (S4) GET
# says: (S5) GET
# says: (S12) what start_response returned
import io
import sys


class NaiveServer:
    def __init__(self, listener, app):
        self.listener, self.app = listener, app

    def handle_one_request(self):
        self.connection, _ = self.listener.accept()
        self.request_data = self.connection.recv(65536).decode()
        request_line = self.request_data.splitlines()[0]
        self.method, self.path, self.version = request_line.split()
        result = self.app(self.get_environ(), self.start_response)
        self.finish_response(result)

    def get_environ(self):
        environ = {"wsgi.version": (1, 0), "wsgi.url_scheme": "http"}
        environ["wsgi.input"] = io.StringIO(self.request_data)
        environ["wsgi.errors"] = sys.stderr
        environ["wsgi.multithread"] = environ["wsgi.multiprocess"] = environ["wsgi.run_once"] = False
        environ["REQUEST_METHOD"] = self.method
        environ["PATH_INFO"] = self.path
        environ["SERVER_NAME"], environ["SERVER_PORT"] = self.listener.getsockname()
        return environ

    def start_response(self, status, response_headers, exc_info=None):
        server_headers = [("Date", "Mon, 15 Jul 2019 5:54:48 GMT"), ("Server", "NaiveServer 0.2")]
        self.headers_set = [status, response_headers + server_headers]

    def finish_response(self, result):
        status, response_headers = self.headers_set
        response = f"HTTP/1.1 {status}\r\n"
        for header in response_headers:
            response += "{}: {}\r\n".format(*header)
        response += "\r\n"
        for data in result:
            response += data.decode()
        self.connection.sendall(response.encode())
        self.connection.close()


def serve(listener, app):
    server = NaiveServer(listener, app)
    while True:
        server.handle_one_request()
