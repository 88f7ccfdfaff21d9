"""HTTP for a pre-fork server, out of the standard library; as lesson 07 writes it."""

from contextlib import suppress
from sys import stderr
from types import SimpleNamespace
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler


class Talk(WSGIRequestHandler):
    def handle(self):
        self.raw_requestline = self.rfile.readline(65537)
        if self.raw_requestline and self.parse_request():
            flags = {"multithread": False, "multiprocess": True}
            handler = ServerHandler(self.rfile, self.wfile, stderr, self.get_environ(), **flags)
            handler.request_handler = self
            handler.run(self.server.app)

    def log_message(self, *words):
        pass


def talk(connection, client, app):
    name, port = connection.getsockname()
    base = {"SERVER_NAME": name, "SERVER_PORT": str(port), "SCRIPT_NAME": ""}
    with connection, suppress(OSError):
        Talk(connection, client, SimpleNamespace(app=app, base_environ=base))
