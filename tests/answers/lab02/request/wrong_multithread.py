# mistake: says that it has no threads, and has one for each connection
# says: both were in one process at the same time, and wsgi.multithread is false
import io
import re
import socket
import sys
import tempfile
import threading
import time
import traceback
from email.utils import formatdate
from urllib.parse import unquote_to_bytes

FIRST = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (?:http://[^/?# ]+)?([/*][!-~]*) HTTP/(1\.[01])")
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # all but the tab
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
HOP_BY_HOP = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"}
HOP_BY_HOP |= {"transfer-encoding", "upgrade"}
HEAD_LIMIT = 64 << 10  # bytes
CHUNKS_LIMIT = 64 << 20  # bytes of a body that comes in chunks
PATIENCE = 30  # seconds without a byte


class Refused(Exception):
    """The request cannot be understood; the text is the status of the answer."""


class Gone(Exception):
    """The client has left."""


def serve(listener, app):
    """Answer every connection in a thread of its own."""
    while True:
        try:
            connection, client = listener.accept()
            threading.Thread(target=talk, args=(connection, client, app), daemon=True).start()
        except (OSError, RuntimeError):  # no more files or threads: some will come back
            time.sleep(0.05)


def talk(connection, client, app):
    """Read one request, answer it, hang up."""
    with connection, connection.makefile("rb") as stream:
        connection.settimeout(PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answer = Answer(connection)
        try:
            method, target, version, headers = read_head(stream)
            answer.method, answer.version = method, version
            environ = make_environ(method, target, version, headers, connection.getsockname(), client)
            environ["wsgi.input"] = open_body(stream, environ, answer)
            run(app, environ, answer)
        except Refused as reason:
            answer.refuse(str(reason))
        except (Gone, OSError) as reason:
            print(f"{client[0]} has left: {reason!r}", file=sys.stderr)
        hang_up(connection)


def hang_up(connection):
    """Close our side, then read what still comes: closing with unread bytes would destroy the answer on its way."""
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        for _ in range(1000):
            if not connection.recv(65536):
                break
    except OSError:
        pass  # the client was faster


def read_head(stream):
    """The method, target, version and headers of a request."""
    lines, left = [], HEAD_LIMIT
    while (line := stream.readline(left)) != b"\r\n":
        if not line and not lines:
            raise Gone("it said nothing")
        left -= len(line)
        if not left:
            raise Refused("431 Request Header Fields Too Large")
        if not line.endswith(b"\r\n"):
            raise Refused("400 Bad Request")
        lines.append(line[:-2].decode("latin-1"))
    first = FIRST.fullmatch(lines[0]) if lines else None
    pairs = [line.partition(":") for line in lines[1:]]
    if not first or not all(
        NAME.fullmatch(name) and colon and not CONTROL.search(value) for name, colon, value in pairs
    ):
        raise Refused("400 Bad Request")
    headers = [(name.lower(), value.strip(" \t")) for name, _, value in pairs]
    check_framing(first[3], headers)
    return first[1], first[2], first[3], headers


def check_framing(version, headers):
    """Refuse what two programs could read in two ways."""
    hosts, lengths, codings = (
        [value.lower() for name, value in headers if name == wanted]
        for wanted in ("host", "content-length", "transfer-encoding")
    )
    if len(hosts) > 1 or (version == "1.1" and not hosts):
        raise Refused("400 Bad Request")
    if codings and (lengths or version == "1.0" or codings != ["chunked"]):
        raise Refused("400 Bad Request")
    if len(set(lengths)) > 1 or not all(re.fullmatch("[0-9]{1,18}", length) for length in lengths):
        raise Refused("400 Bad Request")


def make_environ(method, target, version, headers, server, client):
    """What PEP 3333 wants to be in environ, but for wsgi.input."""
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": "" if path == "*" else unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{version}",
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        if "_" in name:
            continue  # X_Role and X-Role would get the same key: whoever checks one could be given the other
        key = name.upper().replace("-", "_")
        if key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            environ[key] = value
        elif f"HTTP_{key}" in environ:
            environ[f"HTTP_{key}"] += ("; " if name == "cookie" else ", ") + value
        else:
            environ[f"HTTP_{key}"] = value
    return environ


def open_body(stream, environ, answer):
    """The file for wsgi.input: it ends where the body ends."""

    def go_ahead():
        if environ.get("HTTP_EXPECT", "").lower() == "100-continue" and answer.version == "1.1" and not answer.sent:
            answer.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    environ["wsgi.input_terminated"] = True  # not in PEP 3333; Werkzeug and others know it
    if environ.pop("HTTP_TRANSFER_ENCODING", None):
        go_ahead()
        body = read_chunks(stream)
        environ["CONTENT_LENGTH"] = str(body.seek(0, io.SEEK_END))
        body.seek(0)
        return body
    return io.BufferedReader(Body(stream, int(environ.get("CONTENT_LENGTH") or 0), go_ahead))


class Body(io.RawIOBase):
    """As many bytes of a stream as Content-Length says."""

    def __init__(self, stream, left, go_ahead):
        self.stream, self.left, self.go_ahead = stream, left, go_ahead

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self.left:
            return 0
        self.go_ahead()
        self.go_ahead = lambda: None
        piece = self.stream.read1(min(self.left, len(buffer)))
        buffer[: len(piece)] = piece
        self.left -= len(piece)
        return len(piece)


def read_chunks(stream):
    """A body that comes in chunks, whole, in a file that moves to the disk when it grows."""
    body = tempfile.SpooledTemporaryFile(1 << 20)
    while size := chunk_size(stream.readline(1000)):
        if body.tell() + size > CHUNKS_LIMIT:
            raise Refused("413 Content Too Large")
        data = stream.read(size + 2)
        if len(data) < size + 2 or not data.endswith(b"\r\n"):
            raise Refused("400 Bad Request")
        body.write(data[:-2])
    for _ in range(100):  # trailers, which nobody wants, up to an empty line
        if (line := stream.readline(HEAD_LIMIT)) == b"\r\n":
            return body
        if not line.endswith(b"\r\n"):
            break
    raise Refused("400 Bad Request")


def chunk_size(line):
    found = CHUNK.fullmatch(line)
    if not found:
        raise Refused("400 Bad Request")
    return int(found[1], 16)


class Answer:
    """One answer: the headers wait for the first block that is not empty, and every block is sent at once."""

    def __init__(self, connection):
        self.connection, self.method, self.version = connection, "GET", "1.1"
        self.started, self.status, self.headers = False, None, []
        self.sent, self.bodyless, self.chunked, self.left = False, False, False, None

    def start_response(self, status, headers, exc_info=None):
        try:
            if exc_info and self.sent:
                raise exc_info[1].with_traceback(exc_info[2])
            if self.started and not exc_info:
                raise RuntimeError("start_response was called a second time, without exc_info")
        finally:
            exc_info = None  # a traceback keeps its frames alive
        self.started, self.status = True, None
        check_head(status, headers)
        self.status, self.headers = status, list(headers)
        return self.write

    def write(self, block, whole=False):
        """Send a block; `whole` says that it is the whole body."""
        if self.status is None:
            raise RuntimeError("a block came before start_response was called")
        if not isinstance(block, bytes):
            raise TypeError(f"a block has to be bytes, not {type(block).__name__}")
        if not block:
            return
        if not self.sent:
            self.send_head(len(block) if whole else None)
        if self.bodyless:
            return
        if self.chunked:
            self.send(b"%x\r\n%b\r\n" % (len(block), block))
        elif self.left is None:
            self.send(block)
        else:
            self.send(block[: self.left])
            self.left -= len(block)
            if self.left < 0:
                raise ValueError(f"the body is longer than its Content-Length, by {-self.left} bytes at least")

    def send_head(self, length):
        """Send status and headers; `length` is that of the body, if it is known."""
        headers, names = list(self.headers), {name.lower() for name, _ in self.headers}
        self.bodyless = self.method == "HEAD" or self.status[:3] in ("204", "304")
        if "content-length" in names:
            self.left = next(int(value) for name, value in headers if name.lower() == "content-length")
        elif length is not None and self.status[:3] not in ("204", "304"):
            headers.append(("Content-Length", str(length)))
            self.left = length
        elif not self.bodyless and self.version == "1.1":
            headers.append(("Transfer-Encoding", "chunked"))
            self.chunked = True
        if "date" not in names:
            headers.append(("Date", formatdate(usegmt=True)))
        headers.append(("Connection", "close"))
        lines = [f"HTTP/1.1 {self.status}", *(f"{name}: {value}" for name, value in headers), "", ""]
        self.sent = True
        self.send("\r\n".join(lines).encode("latin-1"))

    def finish(self):
        """Send what ends the answer."""
        if self.status is None:
            raise RuntimeError("start_response was never called")
        if not self.sent:
            self.send_head(None if self.method == "HEAD" else 0)
        if self.chunked:
            self.send(b"0\r\n\r\n")
        if self.left and not self.bodyless:
            raise ValueError(f"the body is shorter than its Content-Length, by {self.left} bytes")

    def refuse(self, status):
        """Answer without the application, if nothing has been sent."""
        if not self.sent:
            self.status, self.headers = status, [("Content-Type", "text/plain")]
            self.write(f"{status}\n".encode(), whole=True)

    def send(self, data):
        """Hand bytes to the system; each piece may take as long as PATIENCE."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self.connection.send(rest) :]
        except OSError as error:
            raise Gone(str(error)) from None


def check_head(status, headers):
    """Refuse what an application must not say."""
    if not isinstance(status, str) or not re.fullmatch(r"[1-9][0-9]{2} [ -~]*[!-~]", status):
        raise ValueError(f"no status like '200 OK': {status!r}")
    for name, value in headers:
        if not NAME.fullmatch(name) or CONTROL.search(value) or name.lower() in HOP_BY_HOP:
            raise ValueError(f"an application must not send this header: {name!r}: {value!r}")
        if name.lower() == "content-length" and not re.fullmatch("[0-9]+", value):
            raise ValueError(f"no length: {value!r}")
        value.encode("latin-1")


def run(app, environ, answer):
    """Call the application and send what it gives."""
    blocks = None
    try:
        try:
            blocks = app(environ, answer.start_response)
            whole = isinstance(blocks, list | tuple) and len(blocks) == 1
            for block in blocks:
                answer.write(block, whole)
            answer.finish()
        finally:
            if hasattr(blocks, "close"):
                blocks.close()
    except Gone:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, it is this request's alone
        traceback.print_exc(file=environ["wsgi.errors"])
        answer.refuse("500 Internal Server Error")
