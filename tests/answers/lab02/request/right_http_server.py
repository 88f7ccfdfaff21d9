"""On the shoulders of http.server: its handler, with a parser that is stricter and an answer of our own."""

import http.server
import io
import re
import socket
import socketserver
import sys
import traceback
import urllib.parse

NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
NEVER = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"} | {
    "transfer-encoding",
    "upgrade",
}


def serve(listener, app):
    class Handler(WSGIHandler):
        application = staticmethod(app)

    with Server(("127.0.0.1", 0), Handler, bind_and_activate=False) as server:
        server.socket.close()
        server.socket = listener
        server.server_address = listener.getsockname()
        server.serve_forever()


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class ChunkedInput(io.RawIOBase):
    def __init__(self, stream):
        self.stream, self.left, self.over = stream, 0, False

    def readable(self):
        return True

    def readinto(self, buffer):
        if self.over:
            return 0
        if not self.left:
            line = self.stream.readline(200)
            found = re.fullmatch(rb"([0-9a-fA-F]+)(;[^\r\n]*)?\r\n", line)
            if not found:
                raise ValueError(f"no chunk size: {line!r}")
            self.left = int(found[1], 16)
        if not self.left:
            while self.stream.readline(1000) not in (b"\r\n", b""):
                pass
            self.over = True
            return 0
        piece = self.stream.read1(min(len(buffer), self.left))
        if not piece:
            raise ValueError("the chunks broke off")
        buffer[: len(piece)] = piece
        self.left -= len(piece)
        if not self.left and self.stream.read(2) != b"\r\n":
            raise ValueError("a chunk without its end")
        return len(piece)


class LimitedInput(io.RawIOBase):
    def __init__(self, stream, left):
        self.stream, self.left = stream, left

    def readable(self):
        return True

    def readinto(self, buffer):
        piece = self.stream.read1(min(len(buffer), self.left)) if self.left else b""
        buffer[: len(piece)] = piece
        self.left -= len(piece)
        return len(piece)


class WSGIHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        self.close_connection = True
        self.requestline, self.request_version, self.command = "", "HTTP/1.1", ""
        if head := self.read_head():
            self.raw_requestline, _, rest = head.partition(b"\r\n")
            self.raw_requestline += b"\r\n"
            stream, self.rfile = self.rfile, io.BytesIO(rest)
            fine = self.parse_request()  # it answers what it does not understand, and Expect: 100-continue
            self.rfile = stream
            self.close_connection = True
            if fine:
                self.run()
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(0.5)
            while self.connection.recv(65536):
                pass
        except OSError:
            pass

    def read_head(self):
        lines, size = [], 0
        while not lines or lines[-1] != b"\r\n":
            line = self.rfile.readline(65537)
            size += len(line)
            if not line:
                return None
            if size > 65536 or not line.endswith(b"\r\n"):
                return self.send_error(431 if size > 65536 else 400)
            lines.append(line)
        method, _, rest = lines[0].partition(b" ")
        if not NAME.fullmatch(method) or not re.fullmatch(rb"/[!-~]* HTTP/1\.[01]\r\n", rest):
            return self.send_error(400)
        for line in lines[1:-1]:
            name, colon, value = line[:-2].partition(b":")
            if not colon or not NAME.fullmatch(name) or re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value):
                return self.send_error(400)
        return b"".join(lines)

    def run(self):
        get, count = self.headers.get, lambda name: len(self.headers.get_all(name, []))
        length, coding = get("Content-Length", "0").strip(), get("Transfer-Encoding")
        new = self.request_version == "HTTP/1.1"
        if count("Host") > 1 or (new and not count("Host")) or not re.fullmatch("[0-9]+", length):
            return self.send_error(400)
        if count("Content-Length") > 1 or (
            coding and (count("Content-Length") or coding.lower() != "chunked" or not new)
        ):
            return self.send_error(400)
        environ = self.environ()
        if coding:
            environ["wsgi.input"] = io.BufferedReader(ChunkedInput(self.rfile))
            environ["wsgi.input_terminated"] = True
        else:
            environ["wsgi.input"] = io.BufferedReader(LimitedInput(self.rfile, int(length)))
        try:
            Exchange(environ, self.connection).run(self.application)
        except Hangup:
            pass

    def environ(self):
        path, _, query = self.path.partition("?")
        path = self.raw_requestline.split()[1].decode("latin-1").partition("?")[0]  # parse_request shortens '//'
        environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": urllib.parse.unquote(path, "iso-8859-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": self.server.server_address[0],
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name in {name.lower() for name in self.headers if "_" not in name}:
            values = [value.strip() for value in self.headers.get_all(name)]
            key = name.upper().replace("-", "_")
            if key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                environ[key] = values[0]
            else:
                environ["HTTP_" + key] = ("; " if name == "cookie" else ", ").join(values)
        return environ


class Hangup(Exception):
    pass


class Exchange:
    def __init__(self, environ, connection):
        self.environ, self.connection = environ, connection
        self.head = None
        self.called = self.sent = False
        self.frame = bytes

    def transmit(self, data):
        try:
            self.connection.sendall(data)
        except OSError as error:
            raise Hangup from error

    def start_response(self, status, headers, exc_info=None):
        if exc_info is not None and self.sent:
            raise exc_info[1].with_traceback(exc_info[2])
        if exc_info is None and self.called:
            raise RuntimeError("headers already set")
        self.called = True
        bad = [
            n
            for n, v in headers
            if n.lower() in NEVER or not n.isascii() or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", n + v)
        ]
        if bad or not re.fullmatch(r"[1-5]\d\d [ -~]+", status):
            raise RuntimeError(f"not allowed: {bad or status}")
        self.head = status, list(headers)
        return self.write

    def write(self, data):
        if self.head is None:
            raise RuntimeError("write() before start_response()")
        if not isinstance(data, bytes):
            raise TypeError(f"bytes wanted, {type(data).__name__} found")
        if data:
            if not self.sent:
                self.send_head(False)
            self.transmit(self.frame(data))

    def send_head(self, over):
        status, headers = self.head
        have = {name.lower(): value for name, value in headers}
        add = [("Connection", "close")]
        if "date" not in have:
            add.append(("Date", http.server.BaseHTTPRequestHandler.date_time_string(None)))
        self.left = int(have.get("content-length", -1))
        self.last = b""
        if self.environ["REQUEST_METHOD"] == "HEAD" or status[:3] in ("204", "304"):
            self.frame = lambda data: b""
        elif self.left >= 0:
            self.frame = self.bounded
        elif over:
            add.append(("Content-Length", "0"))
        elif self.environ["SERVER_PROTOCOL"] == "HTTP/1.1":
            add.append(("Transfer-Encoding", "chunked"))
            self.frame, self.last = (lambda data: b"%X\r\n%s\r\n" % (len(data), data)), b"0\r\n\r\n"
        self.sent = True
        lines = [f"HTTP/1.1 {status}"] + [f"{n}: {v}" for n, v in headers + add]
        self.transmit(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def bounded(self, data):
        data = data[: self.left]
        self.left -= len(data)
        return data

    def run(self, app):
        blocks = ()
        try:
            blocks = app(self.environ, self.start_response)
            for block in blocks:
                self.write(block)
            if self.head is None:
                raise RuntimeError("start_response() was not called")
            if not self.sent:
                self.send_head(True)
            self.transmit(self.last)
        except Hangup:
            raise
        except Exception:
            traceback.print_exc()
            if not self.sent:
                self.head = "500 Internal Server Error", [("Content-Type", "text/plain"), ("Content-Length", "6")]
                self.write(b"sorry\n")
        finally:
            try:
                blocks.close()
            except AttributeError:
                pass
