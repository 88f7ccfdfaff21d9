# mistake: a request without Content-Type gets one
# says: CONTENT_TYPE is 'text/plain'
# says: A request without this header has no CONTENT_TYPE
import io
import sys
from urllib.parse import unquote_to_bytes


def serve(listener, app):
    while True:
        connection, client = listener.accept()
        with connection, connection.makefile("rb") as stream:
            lines = read_head(stream)
            if lines:
                environ = make_environ(lines, listener, client)
                length = int(environ.get("CONTENT_LENGTH") or 0)
                environ["wsgi.input"] = io.BytesIO(stream.read(length))
                answer(connection, app, environ)


def read_head(stream):
    lines = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        lines.append(line.decode("latin-1").rstrip("\r\n"))
    return lines


def make_environ(lines, listener, client):
    method, target, version = lines[0].split(" ")
    path, _, query = target.partition("?")
    host, port = listener.getsockname()
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": version,
        "CONTENT_TYPE": "text/plain",
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for line in lines[1:]:
        name, _, value = line.partition(":")
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        value = value.strip()
        if key in environ and key != "CONTENT_TYPE":
            joint = "; " if key == "HTTP_COOKIE" else ", "
            value = environ[key] + joint + value
        environ[key] = value
    return environ


def answer(connection, app, environ):
    head, written = [], []

    def start_response(status, headers, exc_info=None):
        head[:] = [status, headers]
        return written.append

    blocks = app(environ, start_response)
    body = b"".join(blocks)
    status, headers = head
    lines = [f"HTTP/1.1 {status}"] + [f"{name}: {value}" for name, value in headers]
    text = "\r\n".join([*lines, "Connection: close", "", ""])
    connection.sendall(text.encode("latin-1") + b"".join(written) + body)
