"""One HTTP/1.1 exchange over a raw socket, with every byte kept.

Client libraries mend what they read: they join chunks, drop a body that HEAD must not have, follow redirects.
A check needs to see what was really on the wire, so this room reads the bytes itself and says in words what
is wrong. The rules come from RFC 9112 (HTTP/1.1 messages). Standard library only, and quick to import.
"""

import re
import select
import socket
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

Headers = Iterable[tuple[str, str]]

_HEAD_LIMIT = 256 << 10
_CLOSE_PATIENCE = 1.0  # seconds to wait for the end of a connection that should be closed
_STATUS_LINE = re.compile(rb"(HTTP/\d\.\d) (\d{3})(?: ([\t\x20-\x7e\x80-\xff]*))?\Z")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;.*)?\Z", re.S)


class WireError(Exception):
    """What came over the wire is not HTTP. The message says why; ``raw`` holds the bytes that arrived."""

    def __init__(self, message: str, raw: bytes = b"") -> None:
        super().__init__(message)
        self.raw = raw


class NoAnswer(WireError):
    """Nothing came back: no connection, no byte before the timeout, or the connection closed without a
    byte.
    """


@dataclass(frozen=True)
class Answer:
    """One HTTP answer and how it was framed.

    ``body`` is what the framing (Content-Length, chunks, or the end of the connection) says the body is;
    ``extra`` holds bytes that came after it. ``complete`` is False when the body ended early; ``why`` then
    says how. ``closed`` says whether the server closed the connection afterwards, as far as we waited for it.
    """

    status: int
    reason: str
    version: str
    headers: list[tuple[str, str]]
    body: bytes
    raw: bytes = field(repr=False)
    framing: str  # "length", "chunked", "close" or "none"
    complete: bool = True
    extra: bytes = b""
    interim: list[int] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list, repr=False)
    closed: bool = False
    why: str = ""

    def header(self, name: str) -> str | None:
        """The first value of the header ``name`` (any case), or None."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        """Every value of the header ``name`` (any case), in the order sent."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    @property
    def text(self) -> str:
        """The body as text: the charset of Content-Type, or UTF-8; what cannot be decoded becomes U+FFFD."""
        found = re.search(r"charset=\"?([\w.:-]+)", self.header("Content-Type") or "", re.I)
        try:
            return self.body.decode(found.group(1) if found else "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """The body read as JSON. Raises ValueError when it is none."""
        import json

        return json.loads(self.body)


class _TimeUp(Exception):
    """The deadline of a read has passed."""


class Conversation:
    """One connection to ``url``, spoken by hand: TCP, or a unix socket (``http+unix://%2Ftmp%2Fshop.sock``).

    ``timeout`` (seconds) bounds connecting and each later call as a whole; ``limit`` (bytes) bounds what is
    kept. Raises NoAnswer when nobody accepts the connection.
    """

    def __init__(self, url: str, timeout: float = 5.0, limit: int = 8 << 20) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "http+unix") or not parts.hostname:
            raise ValueError(f"wire speaks plain HTTP: the address must look like http://127.0.0.1:8000/, not {url!r}")
        where = unquote(parts.netloc)
        self.timeout = timeout
        self.limit = limit
        self.ended = False  # the server closed its side
        self._received = bytearray()
        self._taken = 0
        try:
            if parts.scheme == "http+unix":
                self._socket = _connect_unix(where, timeout)
            else:
                self._socket = socket.create_connection((parts.hostname, parts.port or 80), timeout)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except TimeoutError:
            raise NoAnswer(f"no connection to {where} within {timeout:g} s") from None
        except OSError as error:
            raise NoAnswer(f"no connection to {where}: {error.strerror or error}") from None
        self._socket.setblocking(False)

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def received(self) -> bytes:
        """Every byte that arrived so far."""
        return bytes(self._received)

    def send(self, data: bytes, timeout: float | None = None) -> bool:
        """Send ``data``, reading meanwhile so that neither side blocks the other.

        Returns True when the system took all bytes, False when the server closed the connection first (what
        it sent before that can still be read). Raises WireError when the server reads nothing for ``timeout``
        seconds.
        """
        deadline = self._deadline(timeout)
        rest = memoryview(data)
        while rest:
            wait = deadline - time.monotonic()
            reads = not self.ended and len(self._received) < self.limit
            readable, writable = self._ready(wait, reads, True)
            if readable:
                self._receive()
            if writable:
                try:
                    rest = rest[self._socket.send(rest[:65536]) :]
                except BlockingIOError:
                    continue
                except (BrokenPipeError, ConnectionResetError):
                    return False
            if not (readable or writable) and wait <= 0:
                sent = len(data) - len(rest)
                raise WireError(f"the server took {sent} of {len(data)} bytes and then read no more", self.received)
        return True

    def end_sending(self) -> None:
        """Close our side for writing (FIN); reading goes on."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:  # the other side is gone already
            self.ended = True

    def read_until(self, wanted: bytes | Callable[[bytes], bool], timeout: float | None = None) -> bytes:
        """Read until ``wanted`` (a marker, or a test of all bytes) is in what arrived; returns all bytes so
        far.

        Looks at what arrived after the last ``answer()``. Raises NoAnswer when it does not come within
        ``timeout`` seconds, WireError when the connection ends before.
        """
        deadline = self._deadline(timeout)
        while True:
            fresh = bytes(self._received[self._taken :])
            if wanted(fresh) if callable(wanted) else wanted in fresh:
                return fresh
            what = "what we waited for" if callable(wanted) else repr(wanted)
            try:
                if not self._fill(deadline):
                    raise WireError(f"the connection ended before {what} came", self.received)
            except _TimeUp:
                waited = self.timeout if timeout is None else timeout
                raise NoAnswer(f"{what} did not come within {waited:g} s", self.received) from None

    def answer(self, method: str = "GET", timeout: float | None = None) -> Answer:
        """Read the next answer. ``method`` is the request's: an answer to HEAD has no body.

        Bytes after it stay for the next call and are shown as ``extra``. A body that ends early gives an
        Answer with ``complete=False``. Raises NoAnswer for silence and WireError for what is not HTTP.
        """
        deadline = self._deadline(timeout)
        waited = self.timeout if timeout is None else timeout
        begin = self._taken
        interim: list[int] = []
        try:
            while True:
                version, status, reason, headers = _parse_head(self._head(deadline), self.received)
                if status >= 200 or status == 101:
                    break
                interim.append(status)
        except _TimeUp:
            if len(self._received) == self._taken:
                raise NoAnswer(f"no byte came back within {waited:g} s") from None
            raise WireError(
                f"the head of the answer did not end (with an empty line) within {waited:g} s: "
                f"{_preview(self._received[begin:])}",
                self.received,
            ) from None
        framing, length = _framing(method, status, headers, self.received)
        chunks: list[bytes] = []
        body = b""
        why = ""
        try:
            if framing == "length":
                body, why = self._sized(length, deadline)
            elif framing == "chunked":
                why = self._chunked(chunks, deadline)
                body = b"".join(chunks)
            elif framing == "close":
                while self._fill(deadline):
                    pass
                body = self._take(len(self._received) - self._taken)
                why = self._cut()
        except _TimeUp:
            why = f"the body did not end within {waited:g} s"
            rest = self._take(len(self._received) - self._taken)
            body = b"".join(chunks) if framing == "chunked" else rest
        return Answer(
            status=status,
            reason=reason,
            version=version,
            headers=headers,
            body=body,
            raw=bytes(self._received[begin:]),
            framing=framing,
            complete=not why,
            extra=bytes(self._received[self._taken :]),
            interim=interim,
            chunks=chunks,
            closed=self.ended,
            why=why,
        )

    def wait_closed(self, timeout: float = _CLOSE_PATIENCE) -> bool:
        """Read on until the server closes the connection; False when it did not within ``timeout``
        seconds.
        """
        deadline = time.monotonic() + timeout
        try:
            while self._fill(deadline):
                pass
        except _TimeUp:
            pass
        return self.ended

    def close(self) -> None:
        """Close the connection (FIN)."""
        self._socket.close()

    def abort(self) -> None:
        """Drop the connection at once (RST), as a client that dies does."""
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        finally:
            self._socket.close()

    def _deadline(self, timeout: float | None) -> float:
        return time.monotonic() + (self.timeout if timeout is None else timeout)

    def _ready(self, seconds: float, reads: bool, writes: bool) -> tuple[bool, bool]:
        """Wait until the socket can be read or written. By poll: select refuses a process with many open files."""
        poll = select.poll()
        poll.register(self._socket, (select.POLLIN if reads else 0) | (select.POLLOUT if writes else 0))
        found = poll.poll(max(seconds, 0) * 1000)
        state = found[0][1] if found else 0
        over = state & (select.POLLERR | select.POLLHUP)
        return bool(reads and state & select.POLLIN | over), bool(writes and state & select.POLLOUT | over)

    def _receive(self) -> None:
        try:
            data = self._socket.recv(1 << 18)
        except (BlockingIOError, InterruptedError):
            return
        except ConnectionError:
            data = b""
        if data:
            self._received += data
        else:
            self.ended = True

    def _fill(self, deadline: float) -> bool:
        """Wait for more bytes; False at the end of the connection or at the limit; raises _TimeUp."""
        if self.ended or len(self._received) >= self.limit:
            return False
        before = len(self._received)
        while len(self._received) == before and not self.ended:
            wait = deadline - time.monotonic()
            if not self._ready(wait, True, False)[0] and wait <= 0:
                raise _TimeUp
            self._receive()
        return len(self._received) > before

    def _take(self, size: int) -> bytes:
        begin, self._taken = self._taken, self._taken + size
        return bytes(self._received[begin : self._taken])

    def _cut(self) -> str:
        return f"stopped reading at the limit of {self.limit} bytes" if len(self._received) >= self.limit else ""

    def _head(self, deadline: float) -> bytes:
        looked = self._taken
        while True:
            end = self._received.find(b"\r\n\r\n", looked)
            if end >= 0:
                return self._take(end + 4 - self._taken)[:-4]
            fresh = self._received[self._taken :]
            if len(fresh) > _HEAD_LIMIT:
                raise WireError(f"the head of the answer does not end within {_HEAD_LIMIT} bytes", self.received)
            looked = max(self._taken, len(self._received) - 3)
            if not self._fill(deadline):
                if not fresh:
                    raise NoAnswer("the connection was closed without a byte of answer")
                if b"\n\n" in fresh:
                    raise WireError("the lines of the head end with LF alone; HTTP wants CR LF", self.received)
                raise WireError(f"the connection ended inside the head: {_preview(fresh)}", self.received)

    def _sized(self, length: int, deadline: float) -> tuple[bytes, str]:
        while len(self._received) - self._taken < length:
            if not self._fill(deadline):
                body = self._take(len(self._received) - self._taken)
                why = self._cut() or f"the connection ended after {len(body)} of {length} bytes"
                return body, why
        return self._take(length), ""

    def _line(self, deadline: float) -> bytes | None:
        while True:
            end = self._received.find(b"\r\n", self._taken)
            if end >= 0:
                return self._take(end + 2 - self._taken)[:-2]
            if len(self._received) - self._taken > _HEAD_LIMIT or not self._fill(deadline):
                return None

    def _chunked(self, chunks: list[bytes], deadline: float) -> str:
        while True:
            line = self._line(deadline)
            if line is None:
                return self._cut() or "the connection ended before the last chunk (0)"
            found = _CHUNK_SIZE.match(line)
            if not found:
                raise WireError(f"{_preview(line)} is no chunk size (hexadecimal digits)", self.received)
            size = int(found.group(1), 16)
            if size == 0:
                while line := self._line(deadline):  # trailers
                    pass
                return "" if line == b"" else "the connection ended before the empty line after the last chunk"
            data, why = self._sized(size, deadline)
            if data:
                chunks.append(data)
            if why:
                return self._cut() or f"the connection ended inside a chunk ({len(data)} of {size} bytes)"
            end, why = self._sized(2, deadline)
            if why:
                return self._cut() or "the connection ended after a chunk, before its CR LF"
            if end != b"\r\n":
                raise WireError(f"after a chunk of {size} bytes came {_preview(end)} instead of CR LF", self.received)


def _connect_unix(path: str, timeout: float) -> socket.socket:
    """A connection to a unix socket; the caller handles OSError."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(timeout)
        connection.connect(path)
    except BaseException:
        connection.close()
        raise
    return connection


def exchange(
    url: str,
    method: str = "GET",
    target: str | None = None,
    headers: Headers = (),
    body: bytes = b"",
    *,
    version: str = "HTTP/1.1",
    timeout: float = 5.0,
    limit: int = 8 << 20,
) -> Answer:
    """Send one request to ``url`` and read the answer.

    ``target`` is the request target (default: path and query of ``url``), sent as it is. ``headers`` are sent
    as they are; Host and Connection: close are added unless named, and Content-Length when there is a body
    and neither it nor Transfer-Encoding is named. ``timeout`` is in seconds for the whole answer, ``limit``
    in bytes. Raises NoAnswer for silence, WireError for an answer that is not HTTP.
    """
    parts = urlsplit(url)
    if target is None:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = list(headers)
    named = {name.lower() for name, _ in lines}
    if "host" not in named:
        host = "localhost" if parts.scheme == "http+unix" else parts.netloc.rpartition("@")[2]
        lines.insert(0, ("Host", host))
    if "connection" not in named:
        lines.append(("Connection", "close"))
    if body and not named & {"content-length", "transfer-encoding"}:
        lines.append(("Content-Length", str(len(body))))
    head = f"{method} {target} {version}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
    return send(url, head.encode("latin-1") + body, timeout=timeout, limit=limit)


def send(url: str, raw: bytes, *, timeout: float = 5.0, limit: int = 8 << 20) -> Answer:
    """Send the bytes ``raw`` to the host and port of ``url`` as they are, and read one answer.

    When the request or the answer says that the connection ends, waits for that, so that ``extra`` and
    ``closed`` are what the server did. Raises NoAnswer for silence, WireError for an answer that is not HTTP.
    """
    head = raw.partition(b"\r\n\r\n")[0].lower()
    method = raw.split(b" ", 1)[0].decode("latin-1")
    with Conversation(url, timeout, limit) as talk:
        talk.send(raw)
        answer = talk.answer(method)
        ends = (
            b"\nconnection: close" in head
            or (b" http/1.0\r\n" in head + b"\r\n" and b"keep-alive" not in head)
            or "close" in (answer.header("Connection") or "").lower()
        )
        if ends and not answer.closed and answer.complete:
            talk.wait_closed(min(timeout, _CLOSE_PATIENCE))
        if not answer.complete:
            return answer
        extra = bytes(talk._received[talk._taken :])
        raw_answer = bytes(talk._received)
    return _replace(answer, extra=extra, raw=raw_answer, closed=talk.ended)


def _replace(answer: Answer, **changes: object) -> Answer:
    from dataclasses import replace

    return replace(answer, **changes)


def _preview(data: bytes, length: int = 60) -> str:
    return repr(bytes(data[:length])) + ("..." if len(data) > length else "")


def _parse_head(head: bytes, raw: bytes) -> tuple[str, int, str, list[tuple[str, str]]]:
    first, *lines = head.split(b"\r\n")
    found = _STATUS_LINE.match(first)
    if not found:
        raise WireError(f"the status line is {_preview(first)}; it must look like b'HTTP/1.1 200 OK'", raw)
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _TOKEN.match(name):
            raise WireError(f"{_preview(line)} is no header line; it must look like b'Name: value'", raw)
        value = value.strip(b" \t")
        if _CONTROL.search(value):
            raise WireError(f"the value of the header {name.decode('latin-1')} has a control character: {value!r}", raw)
        headers.append((name.decode("latin-1"), value.decode("latin-1")))
    version, status, reason = found.groups()
    return version.decode(), int(status), (reason or b"").decode("latin-1"), headers


def _framing(method: str, status: int, headers: list[tuple[str, str]], raw: bytes) -> tuple[str, int]:
    """How the body ends, by RFC 9112 section 6.3."""
    if method.upper() == "HEAD" or status in (204, 304) or status < 200:
        return "none", 0
    coding = [value for name, value in headers if name.lower() == "transfer-encoding"]
    if coding:
        return ("chunked" if coding[-1].lower().replace(" ", "").split(",")[-1] == "chunked" else "close"), 0
    lengths = {value for name, value in headers if name.lower() == "content-length"}
    if len(lengths) > 1:
        raise WireError(f"several Content-Length headers that disagree: {', '.join(sorted(lengths))}", raw)
    if lengths:
        text = lengths.pop()
        if not (text.isascii() and text.isdigit()):
            raise WireError(f"Content-Length is {text!r}; it must be digits only", raw)
        return "length", int(text)
    return "close", 0
