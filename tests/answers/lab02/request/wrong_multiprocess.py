# mistake: says that it is one process, and has one for each connection
# says: two processes had one each at the same time, and wsgi.multiprocess is false
"""A process for each connection; functions and closures, bytes from recv."""

import email.utils
import os
import re
import signal
import socket
import sys
import tempfile
import traceback
import urllib.parse

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
REQUEST_LINE = re.compile(rb"(%b) (/[!-~]*) (HTTP/1\.[01])" % TOKEN)
HEADER = re.compile(rb"(%b):[ \t]*([\t -~\x80-\xff]*)" % TOKEN)
FORBIDDEN = "connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade".split()


class BadRequest(Exception):
    pass


class Disconnected(Exception):
    pass


def serve(listener, app):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    while True:
        connection, client = listener.accept()
        if os.fork():
            connection.close()
            continue
        try:
            listener.close()
            handle(connection, client, app)
        except Disconnected:
            pass
        finally:
            sys.stderr.flush()
            os._exit(0)


def handle(connection, client, app):
    connection.settimeout(20)

    def send(data):
        try:
            while data:
                data = data[connection.send(data) :]
        except OSError:
            raise Disconnected from None

    def more():
        try:
            return connection.recv(65536)
        except OSError:
            raise Disconnected from None

    try:
        buffer = b""
        while b"\r\n\r\n" not in buffer:
            piece = more()
            buffer += piece
            if not piece or len(buffer) > 1 << 17:
                raise BadRequest
        head, _, rest = buffer.partition(b"\r\n\r\n")
        method, target, version, headers = parse(head)
        environ = translate(method, target, version, headers, connection, client)
        expects = version == "HTTP/1.1" and environ.get("HTTP_EXPECT", "").lower() == "100-continue"
        if expects:
            send(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = tempfile.TemporaryFile()
        if environ.pop("HTTP_TRANSFER_ENCODING", None):
            environ["CONTENT_LENGTH"] = str(store_chunks(body, rest, more))
        else:
            left = int(environ.get("CONTENT_LENGTH") or 0)
            while left:
                rest = (rest or more())[:left]
                if not rest:
                    break
                body.write(rest)
                left, rest = left - len(rest), b""
        body.seek(0)
        environ["wsgi.input"] = body
    except BadRequest:
        send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 12\r\n\r\nbad request\n")
        finish(connection)
        return
    respond(app, environ, send)
    finish(connection)


def finish(connection):
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(0.5)
        while connection.recv(65536):
            pass
    except OSError:
        pass


def parse(head):
    first, *lines = head.split(b"\r\n")
    request, matches = REQUEST_LINE.fullmatch(first), [HEADER.fullmatch(line) for line in lines]
    if not request or not all(matches):
        raise BadRequest
    headers = {}
    for match in matches:
        headers.setdefault(match[1].decode().lower(), []).append(match[2].decode("latin-1").rstrip(" \t"))
    lengths, coding = headers.get("content-length", []), headers.get("transfer-encoding")
    if len(headers.get("host", [])) != 1 and (request[3] == b"HTTP/1.1" or "host" in headers):
        raise BadRequest
    if coding and (lengths or [c.lower() for c in coding] != ["chunked"] or request[3] == b"HTTP/1.0"):
        raise BadRequest
    if len(set(lengths)) > 1 or any(not (n.isascii() and n.isdigit()) for n in lengths):
        raise BadRequest
    return *(part.decode() for part in request.groups()), headers


def translate(method, target, version, headers, connection, client):
    path, _, query = target.partition("?")
    host, port = connection.getsockname()
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": urllib.parse.unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": version,
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, values in headers.items():
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key.startswith("CONTENT_") and key[8:] in ("TYPE", "LENGTH"):
            environ[key] = values[0]
        else:
            environ["HTTP_" + key] = ("; " if key == "COOKIE" else ",").join(values)
    return environ


def store_chunks(body, rest, more):
    size = None
    while True:
        if size is None and b"\r\n" in rest:
            line, _, rest = rest.partition(b"\r\n")
            digits = line.split(b";")[0].rstrip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", digits):
                raise BadRequest
            size = int(digits, 16)
            if not size:
                break
        elif size is not None and len(rest) >= size + 2:
            if rest[size : size + 2] != b"\r\n":
                raise BadRequest
            body.write(rest[:size])
            rest, size = rest[size + 2 :], None
        else:
            piece = more()
            if not piece:
                raise BadRequest
            rest += piece
    while not (rest.startswith(b"\r\n") or b"\r\n\r\n" in rest):
        piece = more()
        if not piece or len(rest) > 65536:
            raise BadRequest
        rest += piece
    return body.tell()


def respond(app, environ, send):
    head = []  # status and headers, when start_response has been called
    sent = []  # how the body is framed, when the head has left
    left = [0]
    called = []

    def start_response(status, headers, exc_info=None):
        try:
            if exc_info and sent:
                raise exc_info[1].with_traceback(exc_info[2])
            assert exc_info or not called, "start_response was called twice"
        finally:
            exc_info = None
        called.append(True)
        for name, value in [("Status", status), *headers]:
            assert name.lower() not in FORBIDDEN, f"{name} is none of the application's business"
            assert re.fullmatch(TOKEN.decode(), name) and re.fullmatch(r"[\t -~\x80-\xff]*", value), (name, value)
        head[:] = [status, list(headers)]
        return write

    def transmit(length):
        status, headers = head
        names = [name.lower() for name, _ in headers]
        if environ["REQUEST_METHOD"] == "HEAD" or status[:3] in ("204", "304"):
            framing = "none"
        elif "content-length" in names:
            framing, left[0] = "length", int(headers[names.index("content-length")][1])
        elif length is not None:
            framing, left[0] = "length", length
            headers.append(("Content-Length", str(length)))
        elif environ["SERVER_PROTOCOL"] == "HTTP/1.1":
            framing = "chunked"
            headers.append(("Transfer-Encoding", "chunked"))
        else:
            framing = "close"
        if "date" not in names:
            headers.append(("Date", email.utils.formatdate(usegmt=True)))
        headers.append(("Connection", "close"))
        sent.append(framing)
        send("".join([f"HTTP/1.1 {status}\r\n", *(f"{n}: {v}\r\n" for n, v in headers), "\r\n"]).encode("latin-1"))

    def write(data):
        assert head, "start_response was not called"
        assert type(data) is bytes, f"a block of type {type(data)}"
        if data and not sent:
            transmit(None)
        if not data or sent[0] == "none":
            return
        if sent[0] == "chunked":
            data = f"{len(data):x}\r\n".encode() + data + b"\r\n"
        elif sent[0] == "length":
            data, left[0] = data[: left[0]], max(0, left[0] - len(data))
        send(data)

    iterable = ()
    try:
        iterable = app(environ, start_response)
        for block in iterable:
            write(block)
        assert head, "start_response was not called"
        if not sent:
            transmit(0)
        if sent[0] == "chunked":
            send(b"0\r\n\r\n")
        if left[0]:
            print("the body is too short", file=sys.stderr)
    except Disconnected:
        raise
    except Exception:
        traceback.print_exc()
        if not sent:
            head[:] = ["500 Internal Server Error", [("Content-Type", "text/plain")]]
            write(b"Something went wrong here.\n")
            send(b"0\r\n\r\n" if sent[0] == "chunked" else b"")
    finally:
        getattr(iterable, "close", lambda: None)()
