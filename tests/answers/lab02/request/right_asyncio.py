"""One event loop for all connections; the application runs in a pool of threads."""

import asyncio
import concurrent.futures
import io
import re
import sys
import time
import traceback
import urllib.parse

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[\t -~\x80-\xff]*")
BETWEEN_US = ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "upgrade")
LARGEST = 32 << 20  # bytes of a body


def serve(listener, app):
    listener.setblocking(False)
    asyncio.run(Server(listener, app).run())


class Problem(Exception):
    pass


class Server:
    def __init__(self, listener, app):
        self.listener, self.app = listener, app
        self.address = listener.getsockname()
        self.pool = concurrent.futures.ThreadPoolExecutor(40)

    async def run(self):
        self.loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self.talk, sock=self.listener, limit=1 << 16)
        await server.serve_forever()

    async def talk(self, reader, writer):
        try:
            async with asyncio.timeout(600):
                await self.exchange(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, TimeoutError):
            pass
        finally:
            writer.close()

    async def exchange(self, reader, writer):
        try:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.LimitOverrunError:
                raise Problem("431 Request Header Fields Too Large") from None
            environ = self.environ(head.decode("latin-1"), writer.get_extra_info("peername"))
            if environ.get("HTTP_EXPECT", "").lower() == "100-continue" and environ["SERVER_PROTOCOL"] == "HTTP/1.1":
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if environ.pop("HTTP_TRANSFER_ENCODING", ""):
                body = await self.chunks(reader)
                environ["CONTENT_LENGTH"] = str(len(body))
            else:
                length = int(environ.get("CONTENT_LENGTH", 0))
                if length > LARGEST:
                    raise Problem("413 Content Too Large")
                body = await reader.readexactly(length)
            environ["wsgi.input"] = io.BytesIO(body)
        except Problem as problem:
            text = f"HTTP/1.1 {problem}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            writer.write(text.encode())
            writer.write_eof()
            await asyncio.wait_for(reader.read(-1) if "431" not in text else asyncio.sleep(0.1), 1)
            return

        async def write(data):
            writer.write(data)
            await writer.drain()

        def send(data):
            asyncio.run_coroutine_threadsafe(write(data), self.loop).result()

        await self.loop.run_in_executor(self.pool, Response(environ, send).run, self.app)

    def environ(self, head, client):
        first, *lines = head[:-4].split("\r\n")
        parts = first.split(" ")
        if len(parts) != 3 or not NAME.fullmatch(parts[0]) or parts[2] not in ("HTTP/1.0", "HTTP/1.1"):
            raise Problem("400 Bad Request")
        method, target, version = parts
        if not re.fullmatch("/[!-~]*", target):
            raise Problem("400 Bad Request")
        path, _, query = target.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": urllib.parse.unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": self.address[0],
            "SERVER_PORT": str(self.address[1]),
            "SERVER_PROTOCOL": version,
            "REMOTE_ADDR": client[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }
        seen = []
        for line in lines:
            name, colon, value = line.partition(":")
            value = value.strip(" \t")
            if not colon or not NAME.fullmatch(name) or not VALUE.fullmatch(value):
                raise Problem("400 Bad Request")
            name = name.lower()
            if name in ("host", "content-length", "transfer-encoding"):
                if name in seen:
                    raise Problem("400 Bad Request")
                seen.append(name)
            if "_" in name:
                continue
            key = name.upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
            joint = "; " if key == "HTTP_COOKIE" else ","
            environ[key] = environ[key] + joint + value if key in environ else value
        if version == "HTTP/1.1" and "host" not in seen:
            raise Problem("400 Bad Request")
        if "transfer-encoding" in seen and ("content-length" in seen or version == "HTTP/1.0"):
            raise Problem("400 Bad Request")
        if environ.get("HTTP_TRANSFER_ENCODING", "chunked").lower() != "chunked":
            raise Problem("501 Not Implemented")
        if not re.fullmatch("[0-9]+", environ.get("CONTENT_LENGTH", "0")):
            raise Problem("400 Bad Request")
        return environ

    async def chunks(self, reader):
        body = bytearray()
        while True:
            try:
                line = await reader.readuntil(b"\r\n")
                found = re.fullmatch(rb"([0-9A-Fa-f]{1,7}) *(;.*)?\r\n", line)
                if not found or len(body) > LARGEST:
                    raise Problem("400 Bad Request")
                size = int(found[1], 16)
                data = await reader.readexactly(size)
                body += data
                if not size:
                    while await reader.readuntil(b"\r\n") != b"\r\n":
                        pass
                    return bytes(body)
                if await reader.readexactly(2) != b"\r\n":
                    raise Problem("400 Bad Request")
            except asyncio.LimitOverrunError:
                raise Problem("400 Bad Request") from None


class Response:
    def __init__(self, environ, send):
        self.environ, self.send = environ, send
        self.status = None
        self.begun = False
        self.tries = 0
        self.remaining = None
        self.chunked = False

    def start_response(self, status, headers, exc_info=None):
        self.tries += 1
        if exc_info:
            try:
                if self.begun:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.tries > 1:
            raise AssertionError("start_response again")
        for name, value in headers:
            if name.lower() in BETWEEN_US or name.lower() == "transfer-encoding":
                raise AssertionError(f"hop-by-hop: {name}")
            if not NAME.fullmatch(name) or not VALUE.fullmatch(value):
                raise ValueError((name, value))
        if not re.fullmatch(r"\d{3} [ -~\x80-\xff]+", status):
            raise ValueError(status)
        self.status, self.headers = status, list(headers)
        return self.write

    @property
    def silent(self):
        return self.environ["REQUEST_METHOD"] == "HEAD" or self.status.startswith(("204", "304"))

    def begin(self, known=None):
        fields = {name.lower(): value for name, value in self.headers}
        if known is not None and not self.silent and "content-length" not in fields:
            fields["content-length"] = str(known)
            self.headers.append(("Content-Length", str(known)))
        if "content-length" in fields:
            self.remaining = int(fields["content-length"])
        elif not self.silent and self.environ["SERVER_PROTOCOL"] == "HTTP/1.1":
            self.chunked = True
            self.headers.append(("Transfer-Encoding", "chunked"))
        if "date" not in fields:
            self.headers.append(("Date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())))
        self.headers.append(("Connection", "close"))
        self.begun = True
        text = f"HTTP/1.1 {self.status}\r\n" + "".join(f"{n}: {v}\r\n" for n, v in self.headers) + "\r\n"
        self.send(text.encode("latin-1"))

    def write(self, block):
        if not isinstance(block, bytes):
            raise TypeError("blocks are bytes")
        if self.status is None:
            raise AssertionError("no start_response")
        if not block:
            return
        if not self.begun:
            self.begin()
        if self.silent:
            return
        if self.remaining is not None:
            block = block[: self.remaining]
            self.remaining -= len(block)
        if block:
            self.send(b"%x\r\n%s\r\n" % (len(block), block) if self.chunked else block)

    def run(self, app):
        result = None
        try:
            result = app(self.environ, self.start_response)
            for block in result:
                self.write(block)
            if self.status is None:
                raise AssertionError("no start_response")
            if not self.begun:
                self.begin(0)
            if self.chunked:
                self.send(b"0\r\n\r\n")
        except OSError:
            if not self.begun:
                self.fail()
        except Exception:
            self.fail()
        finally:
            if hasattr(result, "close"):
                result.close()

    def fail(self):
        traceback.print_exc(file=sys.stderr)
        if not self.begun:
            self.status, self.headers = "500 Internal Server Error", []
            self.begin(6)
            if not self.silent:
                self.send(b"sorry\n")
