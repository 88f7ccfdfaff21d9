# mistake: the answer neither ends nor breaks off: the connection stays open
# says: The client still waits. Close the connection.
# says: the body did not end within
import io
import re
import sys
import time
import traceback
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


HOP_BY_HOP = ["connection", "keep-alive", "proxy-authenticate", "proxy-authorization"]
HOP_BY_HOP += ["te", "trailer", "transfer-encoding", "upgrade"]
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Gone(Exception):
    pass


class Answer:
    def __init__(self, connection, environ):
        self.connection, self.environ = connection, environ
        self.status, self.sent, self.chunked, self.left = None, False, False, None

    def start_response(self, status, headers, exc_info=None):
        if exc_info and self.sent:
            raise exc_info[1].with_traceback(exc_info[2])
        if self.status and not exc_info:
            raise RuntimeError("start_response was called twice")
        if CONTROL.search(status):
            raise ValueError(f"a control character in the status: {status!r}")
        for name, value in headers:
            if name.lower() in HOP_BY_HOP:
                raise ValueError(f"this header is the server's: {name}")
            if CONTROL.search(name + value):
                raise ValueError(f"a control character in {name}: {value!r}")
        self.status, self.headers = status, list(headers)
        return self.write

    def bodyless(self):
        return self.environ["REQUEST_METHOD"] == "HEAD" or self.status[:3] in ("204", "304")

    def send(self, data):
        try:
            self.connection.sendall(data)
        except OSError:
            raise Gone from None

    def send_head(self):
        headers = list(self.headers)
        names = [name.lower() for name, _ in headers]
        if "content-length" in names:
            self.left = int(headers[names.index("content-length")][1])
        elif not self.bodyless() and self.environ["SERVER_PROTOCOL"] == "HTTP/1.1":
            self.chunked = True
            headers.append(("Transfer-Encoding", "chunked"))
        headers += [("Date", formatdate(usegmt=True)), ("Connection", "close")]
        lines = [f"HTTP/1.1 {self.status}"] + [f"{name}: {value}" for name, value in headers]
        self.sent = True
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def write(self, block):
        if not self.status:
            raise RuntimeError("start_response was not called")
        if not isinstance(block, bytes):
            raise TypeError("a block has to be bytes")
        if not block:
            return
        if not self.sent:
            self.send_head()
        if self.chunked:
            block = b"%x\r\n%b\r\n" % (len(block), block)
        if not self.bodyless():
            self.send(block)

    def finish(self):
        if not self.status:
            raise RuntimeError("start_response was not called")
        if not self.sent:
            self.send_head()
        if self.chunked:
            self.send(b"0\r\n\r\n")

    def run(self, app):
        blocks = None
        try:
            blocks = app(self.environ, self.start_response)
            for block in blocks:
                self.write(block)
            self.finish()
        except Gone:
            pass
        except Exception:
            traceback.print_exc()
            if self.sent:
                time.sleep(3000)
            if not self.sent:
                self.status = "500 Internal Server Error"
                self.headers = [("Content-Type", "text/plain")]
                self.write(b"Something went wrong here.\n")
                self.finish()
        finally:
            if hasattr(blocks, "close"):
                blocks.close()
