"""Each check from outside can fail: a small server that is right, and one flaw of it for each check."""

import io
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from labkit.conformance import Recorder, from_outside, outside
from labkit.conformance.probe import app as probe
from labkit.conformance.probe import beside
from labkit.conformance.target import Target

DATE = "Tue, 03 Nov 2026 08:00:00 GMT"


class Input:
    """wsgi.input: up to CONTENT_LENGTH; the go-ahead of Expect is sent at the first read."""

    def __init__(self, file: Any, left: int, go_ahead: Any) -> None:
        self.file, self.left, self.go_ahead = file, left, go_ahead

    def _took(self, data: bytes) -> bytes:
        self.left -= len(data)
        return data

    def read(self, size: int = -1) -> bytes:
        self.go_ahead()
        return self._took(self.file.read(self.left if size < 0 else min(size, self.left)))

    def readline(self, size: int = -1) -> bytes:
        self.go_ahead()
        return self._took(self.file.readline(self.left if size < 0 else min(size, self.left)))

    def readlines(self, hint: int = -1) -> list[bytes]:
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


class Server(socketserver.ThreadingTCPServer):
    """Keeps every clause, but for ``flaw``."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 50

    def __init__(self, application: Any, flaw: str) -> None:
        self.application, self.flaw = application, flaw
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients leave; that is what some checks do."""

    def die(self) -> None:
        self.socket.close()


class Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        flaw = self.server.flaw
        try:
            first = self.rfile.readline().decode("latin-1").rstrip("\r\n")
        except ConnectionError:
            first = ""
        found = re.match(r"([A-Z]+) (\S+) (HTTP/1\.[01])\Z", first)
        if not found:
            if (
                flaw == "dies when a client closes"
                and first.startswith("GET")
                or flaw == "dies when a client leaves"
                and not first.startswith("\x16")
            ):
                self.server.die()
            elif flaw == "answers garbage":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            else:
                self.wfile.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            return
        self.method, target, self.protocol = found.groups()
        pairs = {}
        while line := self.rfile.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            pairs[name.lower()] = value.strip()
        self.path, _, query = target.partition("?")
        if "expect" in pairs and flaw == "hangs up on Expect":
            return
        self.serve(self.environ(pairs, query), pairs)

    def environ(self, pairs: dict[str, str], query: str) -> dict[str, Any]:
        flaw = self.server.flaw
        length, source = int(pairs.get("content-length", 0)), self.rfile
        if "chunked" in pairs.get("transfer-encoding", ""):
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size + 2)[:-2]
            self.rfile.readline()
            length, source = len(body), io.BytesIO(body)
        elif flaw.startswith("reads the whole request") and "expect" not in pairs:
            source = io.BytesIO(self.rfile.read(length))
        waiting = ["expect"] if "expect" in pairs else []

        def go_ahead() -> None:
            if waiting:
                waiting.clear()
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(self.path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": pairs.pop("content-type", ""),
            "CONTENT_LENGTH": str(length) if length else "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.protocol,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": Input(source, length, go_ahead),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **{
                "HTTP_" + name.upper().replace("-", "_"): value
                for name, value in pairs.items()
                if name != "content-length"
            },
        }
        change = {
            "an environ of its own kind": lambda: type("Environ", (dict,), {})(environ),
            "an empty SERVER_NAME": lambda: {**environ, "SERVER_NAME": ""},
            "a path that is not decoded": lambda: {**environ, "PATH_INFO": self.path},
            "a port that is a number": lambda: {**environ, "SERVER_PORT": 80},
            "a header beyond latin-1": lambda: {**environ, "HTTP_X_MORE": "\u20ac"},
            "a twin of Content-Type": lambda: {**environ, "HTTP_CONTENT_TYPE": environ["CONTENT_TYPE"]},
            "version 1.1": lambda: {**environ, "wsgi.version": (1, 1)},
            "another scheme": lambda: {**environ, "wsgi.url_scheme": "gopher"},
            "says it has one thread": lambda: {**environ, "wsgi.multithread": False},
            "says it runs once": lambda: {**environ, "wsgi.run_once": True},
            "errors of bytes": lambda: {**environ, "wsgi.errors": io.BytesIO()},
            "an input without readlines": lambda: {**environ, "wsgi.input": OnlyReads(environ["wsgi.input"])},
            "an input of text": lambda: {**environ, "wsgi.input": Text(environ["wsgi.input"], self.path)},
        }.get(flaw)  # fmt: skip
        return change() if change else environ

    def serve(self, environ: dict[str, Any], pairs: dict[str, str]) -> None:
        flaw, application = self.server.flaw, self.server.application
        self.status, self.sent, self.kept_back, self.late_writes = None, False, b"", b""
        self.first_length = None
        failed = False
        result: Any = ()
        try:
            if flaw == "calls by keyword":
                result = application(environ=environ, start_response=self.start_response)
            else:
                result = application(environ, self.start_response)
            if flaw == "calls twice" and "/environ" in self.path:
                self.status = None
                result = application({**environ, "wsgi.input": io.BytesIO(b"12345")}, self.start_response)
            if flaw == "asks for more attributes":
                getattr(result, "headers", None)
            if flaw == "wants start_response first" and self.status is None:
                raise AssertionError("start_response was not called")
            self.single = isinstance(result, list) and len(result) == 1
            for block in result:
                self.send(block)
            self.send(self.late_writes)
            self.send_head()
            self.finish_body()
        except Exception:  # noqa: BLE001 - a server outlives its application
            failed = True
            dies = flaw == "dies with the application" and "/fail" in self.path
            if not self.sent and not dies:
                page = b"The application failed.\n"
                head = f"HTTP/1.1 500 Internal Server Error\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"
                self.wfile.write(head.encode() + page[: self.first_length])
            if dies:
                self.server.die()
        finally:
            self.wfile.write(self.kept_back) if self.kept_back else None
            close = getattr(result, "close", None)
            left = failed and "how=disconnect" in environ["QUERY_STRING"]
            forgotten = {
                "forgets close at the end": not failed,
                "forgets close after an error": failed and not left,
                "forgets close when the client has left": left,
            }
            if close and not forgotten.get(flaw):
                close()
                if flaw == "closes twice":
                    close()

    def start_response(self, status: str, headers: list, exc_info: Any = None) -> Any:
        flaw = self.server.flaw
        names = [name.lower() for name, _ in headers]
        if exc_info and self.sent and flaw != "forgives exc_info after the headers":
            raise exc_info[1]
        if self.status is not None and not exc_info:
            raise AssertionError("a second start_response")
        if "keep-alive" in names or any("\r" in value for _, value in headers):
            raise ValueError("a header that an application must not send")
        self.status, self.headers = status, list(headers)
        if flaw == "counts by the first headers" and self.first_length is None:
            self.first_length = self.length()
        return None if flaw == "has no write" else self.write

    def length(self) -> int | None:
        return next((int(value) for name, value in self.headers if name.lower() == "content-length"), None)

    def write(self, data: bytes) -> None:
        if self.server.flaw == "writes late":
            self.late_writes += data
        else:
            self.send(data)

    def send_head(self) -> None:
        if self.sent:
            return
        if self.status is None:
            raise AssertionError("start_response was not called")
        self.sent = True
        flaw = self.server.flaw
        names = [name.lower() for name, _ in self.headers]
        headers = list(self.headers)
        self.left = self.length()
        self.empty = self.method == "HEAD" or self.status[:3] in ("204", "304")
        self.chunked = self.left is None and not self.empty
        if self.protocol == "HTTP/1.0" and flaw != "chunks for HTTP/1.0":
            self.chunked = False
        if flaw == "chunks for HTTP/1.0" and self.protocol == "HTTP/1.0":
            headers = [pair for pair in headers if pair[0] != "Content-Length"]
            self.left, self.chunked = None, True
        if flaw == "takes len() for the length" and self.chunked and getattr(self, "single", False):
            headers.append(("Content-Length", "1"))
            self.chunked = False
        if self.chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        if "date" not in names and flaw != "has no date" or flaw == "always adds a date":
            headers.append(("Date", DATE))
        headers.append(("Connection", "close"))
        code = int(self.status[:3])
        line = f"HTTP/1.1 {code} {HTTPStatus(code).phrase if code == 200 else self.status[4:]}"
        if flaw == "a status line in another order" and self.path == "/":
            line = f"HTTP/1.1 OK {code}"
        lines = [line, *(f"{name}: {value}" for name, value in headers), "", ""]
        self.out("\r\n".join(lines).encode("latin-1"))

    def send(self, block: bytes) -> None:
        if not block:
            return
        self.send_head()
        if self.empty and self.server.flaw != "sends a body for HEAD":
            return
        if self.left is not None:
            if self.first_length is not None:
                self.left = min(self.left, self.first_length)
            block = block[: self.left]
            self.left -= len(block)
        self.out(b"%x\r\n%b\r\n" % (len(block), block) if self.chunked else block)

    def finish_body(self) -> None:
        flaw = self.server.flaw
        if self.chunked and flaw != "leaves out the last chunk":
            self.out(b"0\r\n\r\n")
        if flaw == "ends 204 with a chunk" and self.status[:3] == "204":
            self.out(b"0\r\n\r\n")
        if flaw == "adds a line end" and self.path == "/":
            self.out(b"\r\n")
        if flaw == "waits after a short body" and self.left and self.method != "HEAD":
            with suppress(OSError):
                self.connection.settimeout(10)
                self.rfile.read()  # to the end, which is ours to make

    def out(self, data: bytes) -> None:
        if "keeps the answer back" in self.server.flaw:
            self.kept_back += data
        else:
            self.wfile.write(data)


class OnlyReads:
    def __init__(self, source: Input) -> None:
        self.read, self.readline = source.read, source.readline
        self.source = source

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.source)


class Text(OnlyReads):
    """Gives text where the probe reads environ's body; elsewhere it would fail with the probe."""

    def __init__(self, source: Input, path: str) -> None:
        super().__init__(source)
        self.readlines = source.readlines
        if "/environ" in path:
            self.read = lambda size: source.read(size).decode()


class OneAtATime(Server):
    """Has one thread for all requests."""

    process_request = socketserver.TCPServer.process_request


@contextmanager
def serving(application: Any = probe, flaw: str = "", kind: type[Server] = Server) -> Iterator[str]:
    with kind(application, flaw) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            if server.socket.fileno() >= 0:
                server.shutdown()


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Our own server is quick; what never comes need not be waited for long."""
    monkeypatch.setattr(Target, "patience", 2.0)
    monkeypatch.setattr(Target, "stall", 0.4)
    monkeypatch.setattr(Target, "farewell", 1.0)
    monkeypatch.setenv("LABKIT_CONFORMANCE_DIR", str(tmp_path / "journals"))


def test_the_right_server_keeps_every_clause():
    with serving() as url:
        report = from_outside(url)
    assert report, str(report)
    assert [row.clause for row in report.not_seen] == ["S23", "S28"]


def test_a_recorder_between_server_and_application_changes_no_verdict():
    with serving() as url:
        plain = from_outside(url)
    events = []
    with serving(Recorder(probe, events.append)) as url:
        recorded = from_outside(url)
    assert [row.verdict for row in recorded] == [row.verdict for row in plain], str(recorded)
    assert {"call", "start", "returned", "block", "end", "close", "raised", "input"} <= {one["event"] for one in events}


# flaw: the titles of the rows it breaks, by their first words. "more" where other rows break with it.
FLAWS: dict[str, list[str]] = {
    "a status line in another order": ["the answer has a status line", "more"],
    "has no date": ["the answer says when it was made"],
    "adds a line end": ["the body is as long as Content-Length says", "an answer to HEAD has no body"],
    "answers garbage": ["a request that is not HTTP"],
    "dies when a client leaves": ["a client that leaves early does no harm"],
    "dies when a client closes": ["a client that leaves early does no harm"],
    "chunks for HTTP/1.0": ["a client of HTTP/1.0 gets no chunks"],
    "hangs up on Expect": ["a request with Expect: 100-continue"],
    "calls by keyword": ["the application is called once"],
    "calls twice": ["the application is called once"],
    "an environ of its own kind": ["environ is a real dict"],
    "an empty SERVER_NAME": ["REQUEST_METHOD, SERVER_NAME"],
    "a path that is not decoded": ["the other CGI variables"],
    "a port that is a number": ["every CGI variable is a str"],
    "a header beyond latin-1": ["every CGI variable is a str"],
    "a twin of Content-Type": ["Content-Type and Content-Length stand once"],
    "version 1.1": ["wsgi.version is"],
    "another scheme": ["every required wsgi variable"],
    "says it has one thread": ["wsgi.multithread, multiprocess and run_once"],
    "says it runs once": ["wsgi.multithread, multiprocess and run_once"],
    "an input without readlines": ["wsgi.input has its methods"],
    "an input of text": ["wsgi.input has its methods"],
    "errors of bytes": ["wsgi.errors takes text"],
    "has no write": ["start_response takes positional", "what write() is given"],
    "counts by the first headers": [
        "replaced headers take their Content-Length",
        "the answer to an error has a length of its own",
    ],
    "forgives exc_info after the headers": ["exc_info after the headers are sent raises"],
    "always adds a date": ["a header that the application sent is not added again"],
    "wants start_response first": ["start_response may come in the first iteration", "more"],
    "keeps the answer back": ["each block is sent before", "close() is called when the client has left"],
    "reads the whole request and keeps the answer back": [
        "each block is sent before",
        "close() is called when the client has left",
    ],
    "forgets close at the end": ["close() is called at the end"],
    "forgets close after an error": ["close() is called after an error"],
    "forgets close when the client has left": ["close() is called when the client has left"],
    "closes twice": ["close() is called at the end", "more"],
    "asks for more attributes": ["nothing of the iterable is used"],
    "waits after a short body": ["a body shorter than Content-Length"],
    "leaves out the last chunk": ["a body without Content-Length has an end", "more"],
    "takes len() for the length": ["Content-Length is derived for a list of one", "more"],
    "writes late": ["what write() is given comes first"],
    "sends a body for HEAD": ["the server sends no body for HEAD"],
    "ends 204 with a chunk": ["the server adds no body to 204"],
    "dies with the application": ["an error of the application is trapped"],
}

# Broken by real servers (test_conformance_outside.py), or a clause that can only be kept or not seen.
SHOWN_ELSEWHERE = [
    "wsgi.input ends at",
    "headers wait",
    "a second start_response",
    "exc_info replaces",
    "a hop-by-hop header",
    "a header value with CR LF",
    "a len() that does not work",
    "a body longer",
    "a chunked request",
    "an application that never calls",
    "the application can be run in a single thread",
]


def test_a_server_of_one_thread_may_read_the_whole_request_before_it_calls():
    with serving(flaw="reads the whole request", kind=OneAtATime) as url:
        row = from_outside(url).row("S18")
    assert row.verdict == "kept", row
    with serving(flaw="reads the whole request and keeps the answer back", kind=OneAtATime) as url:
        row = from_outside(url).row("S18")
    assert row.verdict == "broken" and "block 2" in row.saw, row


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_breaks_its_row(flaw):
    with serving(flaw=flaw) as url:
        report = from_outside(url)
    wanted = [words for words in FLAWS[flaw] if words != "more"]
    titles = [row.title for row in report.broken]
    for words in wanted:
        assert any(title.startswith(words) for title in titles), str(report)
    if "more" not in FLAWS[flaw]:
        assert len(titles) == len(wanted), str(report)


def test_every_check_can_fail():
    shown = SHOWN_ELSEWHERE + [words for rows in FLAWS.values() for words in rows if words != "more"]
    missing = [one.title for one in outside.CHECKS if not any(one.title.startswith(words) for words in shown)]
    assert missing == []


def test_any_application_gets_the_rows_that_need_no_probe():
    def hello(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [b"hello"]

    with serving(hello) as url:
        alone = from_outside(url)
    with serving(beside(hello)) as url:
        both = from_outside(url)
    assert alone and both, f"{alone}\n{both}"
    assert {row.clause for row in alone.kept} == {"S17", "S19", "S22", "S23", "S25", "S26", "A15"}
    assert all("labkit.conformance.probe:app" in row.saw for row in alone.not_seen)
    assert len(both.kept) > 40


def test_nobody_listening_is_one_broken_row_and_no_wait():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # ours, so that nobody else listens there
        report = from_outside(f"http://127.0.0.1:{silent.getsockname()[1]}", facts={"through": ["nginx"]})
    assert [row.title for row in report.broken] == ["a request is answered"]
    assert "refused" in report.broken[0].saw and len(report.not_seen) == len(outside.CHECKS)
    assert "through nginx" in report.headline


def test_a_silent_server_gets_its_verdict_in_bounded_time(monkeypatch):
    monkeypatch.setattr(Target, "patience", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        report = from_outside(f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert [row.saw for row in report.broken] == ["no byte came back within 0.3 s"]


def test_the_whole_check_has_a_bound():
    with serving() as url:
        report = from_outside(url, seconds=0)
    assert len(report.kept) == 1 and all("more than 0 s" in row.saw for row in report.not_seen)
