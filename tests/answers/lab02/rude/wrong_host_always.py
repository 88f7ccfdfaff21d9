# mistake: wants a Host from HTTP/1.0, too
# says: sent a request with HTTP/1.0 and no Host
# says: Which of your rules is too strict?
import io
import re
import socket
import sys
import threading
import traceback
from email.utils import formatdate
from urllib.parse import unquote_to_bytes


TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
FIRST = re.compile(rf"({TOKEN}) (/[!-~]*) (HTTP/1\.[01])")
HEADER = re.compile(rf"({TOKEN}):([\t -~\x80-\xff]*)")
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?\r\n")


class BadRequest(Exception):
    pass


def serve(listener, app):
    while True:
        connection, client = listener.accept()
        threading.Thread(target=talk, args=(connection, listener, app), daemon=True).start()


def talk(connection, listener, app):
    with connection, connection.makefile("rb") as stream:
        try:
            environ = make_environ(read_head(stream), listener)
            take_body(connection, stream, environ)
            Answer(connection, environ).run(app)
        except BadRequest:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbad\n")
        except OSError:
            return
        finish(connection)


def finish(connection):
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(1)
    try:
        while connection.recv(65536):
            pass
    except OSError:
        pass


def read_head(stream):
    lines, size = [], 0
    while (line := stream.readline(65536)) != b"\r\n":
        size += len(line)
        if not line.endswith(b"\r\n") or size > 65536:
            raise BadRequest
        lines.append(line[:-2].decode("latin-1"))
    return lines


def make_environ(lines, listener):
    first = FIRST.fullmatch(lines[0]) if lines else None
    headers = [HEADER.fullmatch(line) for line in lines[1:]]
    if not first or not all(headers):
        raise BadRequest
    method, target, version = first.groups()
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
    for name, value in (header.groups() for header in headers):
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        value = value.strip()
        if key in ("HTTP_HOST", "CONTENT_LENGTH") and key in environ:
            raise BadRequest
        environ[key] = value
    if "HTTP_HOST" not in environ:
        raise BadRequest
    if not re.fullmatch("[0-9]+", environ.get("CONTENT_LENGTH", "0")):
        raise BadRequest
    if environ.get("HTTP_TRANSFER_ENCODING", "chunked") != "chunked":
        raise BadRequest
    if "HTTP_TRANSFER_ENCODING" in environ and "CONTENT_LENGTH" in environ:
        raise BadRequest
    return environ


def take_body(connection, stream, environ):
    if environ.get("HTTP_EXPECT", "").lower() == "100-continue" and environ["SERVER_PROTOCOL"] == "HTTP/1.1":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if environ.pop("HTTP_TRANSFER_ENCODING", ""):
        body = read_chunks(stream)
        environ["CONTENT_LENGTH"] = str(len(body))
    else:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = stream.read(length)
    environ["wsgi.input"] = io.BytesIO(body)


def read_chunks(stream):
    body = b""
    while True:
        found = CHUNK.fullmatch(stream.readline(1000))
        if not found:
            raise BadRequest
        size = int(found[1], 16)
        if size == 0:
            break
        body += stream.read(size)
        if stream.read(2) != b"\r\n":
            raise BadRequest
    for _ in range(20):
        if stream.readline(1000) == b"\r\n":
            break
    return body


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
            if not self.sent:
                self.status = "500 Internal Server Error"
                self.headers = [("Content-Type", "text/plain")]
                self.write(b"Something went wrong here.\n")
                self.finish()
        finally:
            if hasattr(blocks, "close"):
                blocks.close()
