"""The two classic loads: steady (open loop) and flood (closed loop)."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from labkit.load.run import Plan, Run, run
from labkit.load.target import Target, positive, whole
from labkit.load.words import STOPPED, in_plain_words
from labkit.trace import Request, Trace

AFTER_FAILURE = 0.01  # seconds that a client rests after a failure: a dead server must not give a million rows
FLOOD_LIMIT = 60.0  # seconds after which a flood of a fixed number of requests gives up sending
CLOCK_SLACK = 0.005  # seconds by which the stamps of a request may lie outside of its time at the client


def steady(
    url: str,
    rate: float,
    seconds: float,
    *,
    timeout: float = 10.0,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    keep_alive: bool = False,
) -> Trace:
    """Open loop: `rate` requests a second for `seconds` seconds, whatever comes of the earlier ones.

    The planned moments are fixed in advance, and latency counts from them. So a server that stalls shows
    its queue; a client that waits for each answer before it asks again would hide it ("coordinated
    omission").

    url: on this machine, http only. timeout: seconds from the planned moment until a request is given up,
    so it all ends after at most `seconds` + `timeout`. keep_alive: whether connections are used again; if
    not, each request has its own. There is no limit to the connections.

    Returns a Trace of mode "steady". Raises ValueError for an address elsewhere or an argument without sense.
    """
    return run(
        plan_steady(
            url,
            rate,
            seconds,
            timeout=timeout,
            method=method,
            headers=headers,
            body=body,
            keep_alive=keep_alive,
        )
    )


def flood(
    url: str,
    clients: int,
    seconds: float | None = None,
    requests: int | None = None,
    *,
    timeout: float = 10.0,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    keep_alive: bool = False,
) -> Trace:
    """Closed loop: `clients` clients, each of which asks again as soon as it has its answer.

    It ends after `seconds` seconds or after `requests` requests in all, whichever is given, or comes first.
    A request under way then is finished. It shows how much a server can do; how long people wait is what
    `steady` shows.

    url: on this machine, http only. timeout: seconds until a request is given up, so it ends after at most
    `seconds` + `timeout` (60 + `timeout` where only `requests` is given). keep_alive: whether a client
    keeps its connection.

    Returns a Trace of mode "flood". Raises ValueError for an address elsewhere or an argument without sense.
    """
    return run(
        plan_flood(
            url,
            clients,
            seconds,
            requests,
            timeout=timeout,
            method=method,
            headers=headers,
            body=body,
            keep_alive=keep_alive,
        )
    )


def plan_steady(url: str, rate: float, seconds: float, *, timeout: float = 10.0, **how: Any) -> Plan:
    """The plan behind `steady`."""
    target = Target.of(url)
    positive("rate", rate, "requests a second")
    positive("seconds", seconds, "seconds")
    positive("timeout", timeout, "seconds")
    count = max(1, round(rate * seconds))
    client = Client(target, timeout, **how)

    async def work(at_work: Run) -> None:
        async with client.open(at_work), asyncio.TaskGroup() as group:
            at_work.begin()
            for number in range(count):
                planned = number / rate
                if (early := planned - at_work.now()) > 0:
                    await asyncio.sleep(early)
                group.create_task(client.ask(planned))
                at_work.ready.set()

    return Plan("steady", f"steady: {rate:g} requests a second for {seconds:g} s", work, seconds, count)


def plan_flood(
    url: str,
    clients: int,
    seconds: float | None = None,
    requests: int | None = None,
    *,
    timeout: float = 10.0,
    **how: Any,
) -> Plan:
    """The plan behind `flood`."""
    target = Target.of(url)
    whole("clients", clients, "clients that ask at the same time")
    if seconds is None and requests is None:
        raise ValueError("a flood needs an end: give seconds=, or requests=, or both")
    if seconds is not None:
        positive("seconds", seconds, "seconds")
    if requests is not None:
        whole("requests", requests, "requests in all")
    positive("timeout", timeout, "seconds")
    until = seconds if seconds is not None else FLOOD_LIMIT
    client = Client(target, timeout, **how)

    async def work(at_work: Run) -> None:
        begun = 0

        async def one_client() -> None:
            nonlocal begun
            while at_work.now() < until and (requests is None or begun < requests):
                begun += 1
                if not await client.ask(at_work.now()):
                    await asyncio.sleep(AFTER_FAILURE)

        async with client.open(at_work), asyncio.TaskGroup() as group:
            at_work.begin()
            for _ in range(clients):
                group.create_task(one_client())
            at_work.ready.set()
        if requests is not None and begun < requests:
            at_work.note = f"ended after {until:g} s with {begun} of {requests} requests sent"

    ends = f"{seconds:g} s" if requests is None else f"{requests} requests"
    return Plan("flood", f"flood: {clients} client{'s' * (clients > 1)}, {ends}", work, seconds, requests)


class Client:
    """Sends requests to one target through one aiohttp session and writes a row for each."""

    def __init__(
        self,
        target: Target,
        timeout: float,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        keep_alive: bool = False,
    ) -> None:
        if not isinstance(body, bytes):
            raise ValueError(f"body must be bytes, not {type(body).__name__}: text.encode() makes them")
        if not (isinstance(method, str) and method.isascii() and method.isalpha()):
            raise ValueError(f"method must be a word such as GET or POST, not {method!r}")
        self.target, self.timeout, self.method, self.body = target, timeout, method.upper(), body
        self.headers, self.keep_alive = dict(headers or {}), keep_alive

    @contextlib.asynccontextmanager
    async def open(self, at_work: Run) -> AsyncIterator[None]:
        """Open the session; on the way out all its connections are closed."""
        import aiohttp
        from yarl import URL

        self._at_work = at_work
        self._url = URL(self.target.url.partition("#")[0], encoded=True)
        async with aiohttp.ClientSession(
            connector=_connector(self.target, self.keep_alive),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # size counts what was sent
            headers={"User-Agent": "labkit", **self.headers},
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type"),
            timeout=aiohttp.ClientTimeout(total=None),  # the deadline is set in ask(), from the planned moment
        ) as session:
            # aiohttp would send a GET whose connection broke a second time and tell nobody: the request
            # that a killed worker lost would not be seen. There is no public switch for it.
            session._retry_connection = False
            self._session = session
            yield

    async def ask(self, planned: float) -> bool:
        """Send the request planned for second `planned`, write its row, return whether it was answered."""
        began = self._at_work.began
        sent = time.monotonic() - began
        first_byte = status = error = None
        stamps: Mapping[str, str] = {}
        size = 0
        try:
            async with asyncio.timeout_at(began + planned + self.timeout):
                async with self._session.request(
                    self.method, self._url, data=self.body or None, allow_redirects=False
                ) as answer:
                    first_byte = time.monotonic() - began
                    status, stamps = answer.status, answer.headers
                    async for chunk in answer.content.iter_any():
                        size += len(chunk)
        except asyncio.CancelledError:
            error = STOPPED
            raise
        except Exception as problem:  # noqa: BLE001 - whatever went wrong becomes a row
            error = in_plain_words(problem, self.timeout, answered=status is not None)
        finally:
            done = time.monotonic() - began
            self._at_work.rows.append(
                Request(
                    self.target.path,
                    planned,
                    sent,
                    first_byte,
                    done,
                    status,
                    error,
                    size=size,
                    **read_stamps(stamps, began, sent, done),
                )
            )
        return error is None


def _connector(target: Target, keep_alive: bool) -> Any:
    import aiohttp

    class Loopback(aiohttp.BaseConnector):
        """Connects to one loopback address: no look-up of names, no second address, nothing but this machine.

        For a server that closes every connection, as gunicorn's sync worker does, a flood is faster by a
        third. `_create_connection` is the method that aiohttp's documentation of BaseConnector gives to
        subclasses.
        """

        allowed_protocol_schema_set = frozenset({"http"})

        async def _create_connection(self, req: Any, traces: Any, timeout: Any) -> Any:
            family = socket.AF_INET6 if ":" in target.host else socket.AF_INET
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.setblocking(False)
                await self._loop.sock_connect(sock, (target.host, target.port))
                _, protocol = await self._loop.create_connection(self._factory, sock=sock)
            except BaseException:
                sock.close()
                raise
            return protocol

    return Loopback(limit=0, force_close=not keep_alive)


def read_stamps(headers: Mapping[str, str], began: float, sent: float, done: float) -> dict[str, Any]:
    """What the application stamped (see labkit.stamp), its moments in seconds since `began`.

    Moments that do not lie within the request are from another clock, of another machine, and are left out.
    """
    worker = headers.get("X-Worker")
    if worker is None:
        return {"host": headers.get("X-Host"), "version": headers.get("X-Version")}
    entered, left = (_moment(headers.get(name), began, sent, done) for name in ("X-Entered", "X-Left"))
    return {
        "worker": int(worker) if worker.isdecimal() else worker,
        "host": headers.get("X-Host"),
        "version": headers.get("X-Version"),
        "entered": entered,
        "left": left,
        "cpu": None if entered is None or left is None else _seconds(headers.get("X-Cpu"), left - entered),
    }


def _seconds(text: str | None, most: float) -> float | None:
    """A duration of at most `most` seconds; None for anything else than a number."""
    try:
        return min(max(0.0, float(text or "")), most)
    except ValueError:
        return None


def _moment(text: str | None, began: float, sent: float, done: float) -> float | None:
    try:
        moment = float(text or "nan") - began
    except ValueError:
        return None
    return moment if sent - CLOCK_SLACK <= moment <= done + CLOCK_SLACK else None
