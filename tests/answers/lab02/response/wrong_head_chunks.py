# mistake: the answer to HEAD ends with a last chunk
# says: HEAD; the application gave a block, and no length
import io
import sys
from email.utils import formatdate
from urllib.parse import unquote_to_bytes


def serve(listener, app):
    while True:
        connection, client = listener.accept()
        with connection, connection.makefile("rb") as stream:
            lines = read_head(stream)
            if lines:
                environ = make_environ(lines, listener, stream)
                Answer(connection, environ).run(app)


def read_head(stream):
    lines = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        lines.append(line.decode("latin-1").rstrip("\r\n"))
    return lines


def make_environ(lines, listener, stream):
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
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for line in lines[1:]:
        name, _, value = line.partition(":")
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        environ[key] = value.strip()
    environ["wsgi.input"] = io.BytesIO(stream.read(int(environ.get("CONTENT_LENGTH") or 0)))
    return environ


class Answer:
    def __init__(self, connection, environ):
        self.connection, self.environ = connection, environ
        self.sent, self.chunked, self.left = False, False, None

    def start_response(self, status, headers, exc_info=None):
        if exc_info and self.sent:
            raise exc_info[1]
        self.status, self.headers = status, list(headers)
        return self.write

    def bodyless(self):
        return self.environ["REQUEST_METHOD"] == "HEAD" or self.status[:3] in ("204", "304")

    def send_head(self):
        headers = list(self.headers)
        names = [name.lower() for name, _ in headers]
        if "content-length" in names:
            self.left = int(headers[names.index("content-length")][1])
        elif self.status[:3] not in ("204", "304") and self.environ["SERVER_PROTOCOL"] == "HTTP/1.1":
            self.chunked = True
            headers.append(("Transfer-Encoding", "chunked"))
        if "date" not in names:
            headers.append(("Date", formatdate(usegmt=True)))
        headers.append(("Connection", "close"))
        lines = [f"HTTP/1.1 {self.status}"] + [f"{name}: {value}" for name, value in headers]
        self.sent = True
        self.connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def write(self, block):
        if not block:
            return
        if not self.sent:
            self.send_head()
        if self.bodyless():
            return
        if self.left is not None:
            block = block[: self.left]
            self.left -= len(block)
        if self.chunked:
            block = b"%x\r\n%b\r\n" % (len(block), block)
        self.connection.sendall(block)

    def run(self, app):
        blocks = app(self.environ, self.start_response)
        for block in blocks:
            self.write(block)
        if not self.sent:
            self.send_head()
        if self.chunked:
            self.connection.sendall(b"0\r\n\r\n")
        if hasattr(blocks, "close"):
            blocks.close()
