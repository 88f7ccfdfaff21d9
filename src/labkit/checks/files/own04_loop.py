"""The loop of lesson 04 with its make_environ, as the check lays it beside an answer."""

import sys
import traceback
from urllib.parse import unquote_to_bytes

WSGI = {"wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr}
WSGI |= {"wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False}


def make_environ(head, server):
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": version,
    }
    for line in filter(None, lines):
        name, _, value = line.partition(":")
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        value = value.strip(" \t")
        environ[key] = f"{environ[key]}, {value}" if key in environ else value
    return environ


def serve_each(listener, app, respond, **more):
    while True:
        connection, client = listener.accept()
        talk(connection, app, respond, **more)


def read_head(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            raise ConnectionError("the client left in the middle of its request")
        head += line
    return head


def talk(connection, app, respond, flags=WSGI, open_body=lambda stream, *_: stream):
    with connection, connection.makefile("rb") as stream:
        try:
            environ = make_environ(read_head(stream), connection.getsockname()) | flags
            environ["wsgi.input"] = open_body(stream, environ, connection)
            respond(connection, environ, app)
        except Exception:  # noqa: BLE001 - an application may raise anything
            traceback.print_exc()
