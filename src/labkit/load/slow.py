"""The two slow loads: trickle (a request a few bytes at a time) and idle (connections that say nothing)."""

import asyncio
import contextlib
import io
from http.client import HTTPException, HTTPResponse
from typing import Any, Literal

from labkit.load.fast import read_stamps
from labkit.load.run import Plan, Run, run
from labkit.load.target import Target, positive, whole
from labkit.load.words import BROKEN_OFF, NO_ANSWER, STOPPED, in_plain_words
from labkit.trace import Request, Trace

BLOCK = 64 << 10  # bytes read at a time
LARGEST = 32 << 20  # bytes of an answer that a slow client keeps


def trickle(
    url: str,
    clients: int,
    seconds: float = 10.0,
    *,
    part: Literal["headers", "body"] = "headers",
    piece: int = 4,
    every: float = 0.1,
    timeout: float = 10.0,
) -> Trace:
    """Slow clients, as on a bad mobile network: each sends one request, `piece` bytes every `every` seconds.

    part: "headers" trickles the header block of a GET; "body" sends the headers of a POST at once and
    trickles its body (an application that does not read it may answer at once). The request is as long as
    it must be to last `seconds`; then the client waits up to `timeout` for its answer.

    It is most useful beside something else: with load.background(load.trickle, url, clients=20): ...
    Returns a Trace of mode "trickle". Raises ValueError for an address elsewhere or an argument without
    sense.
    """
    return run(plan_trickle(url, clients, seconds, part=part, piece=piece, every=every, timeout=timeout))


def idle(url: str, connections: int, seconds: float = 10.0, *, ask_first: bool = False, timeout: float = 10.0) -> Trace:
    """Open `connections` connections, keep them for `seconds` and say nothing.

    ask_first: send one GET on each and read its answer before the silence, as a browser does with keep-alive.

    A row's `done` is when the connection ended; one that the server ended before the time has an `error`.
    timeout: seconds for the connection, and for the answer to the first request.

    It is most useful beside something else: with load.background(load.idle, url, connections=1): ...
    Returns a Trace of mode "idle". Raises ValueError for an address elsewhere or an argument without sense.
    """
    return run(plan_idle(url, connections, seconds, ask_first=ask_first, timeout=timeout))


def plan_trickle(
    url: str,
    clients: int,
    seconds: float = 10.0,
    *,
    part: str = "headers",
    piece: int = 4,
    every: float = 0.1,
    timeout: float = 10.0,
) -> Plan:
    """The plan behind `trickle`."""
    target = Target.of(url)
    whole("clients", clients, "slow clients")
    whole("piece", piece, "bytes at a time")
    for name, value in (("seconds", seconds), ("every", every), ("timeout", timeout)):
        positive(name, value, "seconds")
    if part not in ("headers", "body"):
        raise ValueError(f"part must be 'headers' or 'body', not {part!r}")
    at_once, slowly = _request(target, part, max(2, round(seconds / every)) * piece)

    async def work(at_work: Run) -> None:
        async def one_client(client: _Slow) -> None:
            await client.connect()
            await client.send(at_once + slowly[:piece])
            connected.append(client)
            if len(connected) == clients:
                at_work.ready.set()
            for begin in range(piece, len(slowly), piece):
                if await client.answered(within=every):
                    break  # the server had enough of it
                await client.send(slowly[begin : begin + piece])
            await client.read_to_end()

        connected: list[_Slow] = []
        at_work.begin()
        async with asyncio.TaskGroup() as group:
            for _ in range(clients):
                group.create_task(_Slow(at_work, target, seconds, timeout).row(one_client))

    return Plan(
        "trickle",
        f"trickle: {clients} slow client{'s' * (clients > 1)}, {piece} bytes of the {part} every {every:g} s",
        work,
        seconds,
        holds=True,
    )


def plan_idle(
    url: str, connections: int, seconds: float = 10.0, *, ask_first: bool = False, timeout: float = 10.0
) -> Plan:
    """The plan behind `idle`."""
    target = Target.of(url)
    whole("connections", connections, "connections to hold")
    positive("seconds", seconds, "seconds")
    positive("timeout", timeout, "seconds")
    question = f"GET {target.path} HTTP/1.1\r\nHost: {target.netloc}\r\nUser-Agent: labkit\r\n\r\n".encode()

    async def work(at_work: Run) -> None:
        async def one_connection(client: _Slow) -> None:
            await client.connect()
            if ask_first:
                await client.send(question)
                await client.read_framed()
            held.append(client)
            if len(held) == connections:
                at_work.ready.set()
            await client.hold(seconds)

        held: list[_Slow] = []
        at_work.begin()
        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(_Slow(at_work, target, seconds, timeout, stop_is_failure=False).row(one_connection))

    after = " after one request" if ask_first else ""
    return Plan(
        "idle",
        f"idle: {connections} connection{'s' * (connections > 1)} held open{after}",
        work,
        seconds,
        holds=True,
    )


def _request(target: Target, part: str, length: int) -> tuple[bytes, bytes]:
    """A request in two: what is sent at once, and `length` bytes that trickle."""
    head = f" {target.path} HTTP/1.1\r\nHost: {target.netloc}\r\nUser-Agent: labkit\r\nConnection: close\r\n"
    if part == "body":
        fields = f"Content-Type: text/plain\r\nContent-Length: {length}\r\n\r\n"
        return f"POST{head}{fields}".encode(), b"s" * length
    end = b"\r\n\r\n"
    name = b"X-Slow: "
    return f"GET{head}".encode() + name, b"s" * max(1, length - len(end)) + end


class _Slow:
    """One slow client: a connection, what came back on it, and its row."""

    def __init__(
        self, at_work: Run, target: Target, seconds: float, timeout: float, stop_is_failure: bool = True
    ) -> None:
        self.at_work, self.target, self.timeout, self.stop_is_failure = (
            at_work,
            target,
            timeout,
            stop_is_failure,
        )
        self.latest = seconds + timeout  # the second at which the client gives up, whatever it is at
        self.sent: float | None = None
        self.first_byte: float | None = None
        self.done: float | None = None
        self.raw = b""
        self.answer: HTTPResponse | None = None
        self.size = 0
        self.ended = False

    async def row(self, life: Any) -> None:
        """Live `life`, then write the row of it."""
        error = None
        try:
            async with asyncio.timeout_at(self.at_work.began + self.latest):
                await life(self)
        except asyncio.CancelledError:
            error = STOPPED if self.stop_is_failure else None
            raise
        except Exception as problem:  # noqa: BLE001 - whatever went wrong becomes a row
            error = (
                str(problem)
                if isinstance(problem, _Ended)
                else in_plain_words(problem, self.timeout, self.answer is not None)
            )
        finally:
            writer = getattr(self, "writer", None)
            if writer is not None:
                writer.transport.abort()  # close() would wait for the other side, perhaps for ever
            now = self.at_work.now()
            headers = self.answer.headers if self.answer is not None else {}
            stamps = read_stamps(headers, self.at_work.began, self.sent or 0.0, now)
            status = self.answer.status if self.answer is not None else None
            self.at_work.rows.append(
                Request(
                    self.target.path,
                    0.0,
                    self.sent,
                    self.first_byte,
                    self.done or now,
                    status,
                    error,
                    size=self.size,
                    **stamps,
                )
            )
            if error is not None:
                self.at_work.ready.set()  # nobody waits for a client that has failed

    async def connect(self) -> None:
        self.sent = self.at_work.now()
        async with asyncio.timeout(self.timeout):
            self.reader, self.writer = await asyncio.open_connection(self.target.host, self.target.port, limit=BLOCK)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        with contextlib.suppress(ConnectionError):  # the server may have answered before it hung up: the reader knows
            await self.writer.drain()

    async def answered(self, within: float) -> bool:
        """Wait `within` seconds; whether the server said something, or hung up, in that time."""
        try:
            async with asyncio.timeout(within):
                await self._read()
        except TimeoutError:
            return False
        return True

    async def read_to_end(self) -> None:
        """Read the answer to a request with Connection: close, which ends when the connection does."""
        async with asyncio.timeout(self.timeout):
            while not self.ended and len(self.raw) < LARGEST:
                await self._read()
        self.done = self.at_work.now()
        self._parse()

    async def read_framed(self) -> None:
        """Read an answer until its framing says that it is complete: the connection may stay open."""
        async with asyncio.timeout(self.timeout):
            while not self._complete():
                if self.ended or len(self.raw) >= LARGEST:
                    break
                await self._read()
        self._parse()

    async def hold(self, seconds: float) -> None:
        """Keep the connection until second `seconds`. Raises _Ended when the server ends it before."""
        while not self.ended and (left := seconds - self.at_work.now()) > 0:
            await self.answered(within=left)
        if self.ended:
            raise _Ended(f"the server closed the connection after {self.at_work.now() - (self.sent or 0.0):.3g} s")

    async def _read(self) -> None:
        try:
            data = await self.reader.read(BLOCK)
        except ConnectionError:
            if not self.raw:
                raise
            data = b""  # an answer that came before the reset is an answer: who turns a client away often resets
        if data and self.first_byte is None:
            self.first_byte = self.at_work.now()
        self.raw += data
        self.ended = self.ended or not data

    def _complete(self) -> bool:
        head, mark, body = self.raw.partition(b"\r\n\r\n")
        if not mark:
            return False
        lowered = head.lower()
        if b"transfer-encoding: chunked" in lowered:
            return body.endswith(b"0\r\n\r\n")
        for line in lowered.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name == b"content-length" and value.strip().isdigit():
                return len(body) >= int(value)
        return False

    def _parse(self) -> None:
        if not self.raw:
            raise _Ended(NO_ANSWER)
        answer = HTTPResponse(_Bytes(self.raw))  # type: ignore[arg-type]
        try:
            answer.begin()
            self.answer = answer
            self.size = len(answer.read())
        except HTTPException as problem:
            if self.answer is not None:
                raise _Ended(BROKEN_OFF) from problem
            raise


class _Bytes:
    """What http.client needs of a socket."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)


class _Ended(Exception):
    """The connection ended; the message is the row's error."""
