"""Check an application, or a middleware, by calling it the way a strict server would.

The application's clauses are judged by ``rules`` from what a ``Recorder`` saw. An application given by name
or by file runs in another process, with bounds on its time and memory; an application object is called here.
"""

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from .recorder import Recorder, frames
from .report import BROKEN, KEPT, NOT_SEEN, Report, Row, clauses, in_order
from .rules import Event, Finding, a, findings

Application = Callable[..., Any]

_BLOCKS = 10_000  # of one body; an endless one is closed then, as if the client had left
_BYTES = 64 << 20
_MEMORY = 2 << 30
_SEAL = "X-Labkit-Seal"


class Request(NamedTuple):
    """One request to call the application with. ``target`` is a path with an optional query,
    percent-encoded.
    """

    method: str = "GET"
    target: str = "/"
    body: bytes = b""
    content_type: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


REQUESTS = (
    Request("GET", "/"),
    Request("GET", "/"),
    Request("HEAD", "/"),
    Request("GET", "/caf%C3%A9?name=Ada%20L&empty=&name=2"),
    Request("POST", "/", b"name=Ada&lines=1%0A2", "application/x-www-form-urlencoded"),
    Request("POST", "/", b'{"name": "Ada"}', "application/json"),
    Request("PUT", "/thing", b"text", "text/plain"),
    Request("DELETE", "/thing"),
    Request("OPTIONS", "/"),
)


def from_inside(
    app: Application | str | os.PathLike[str],
    *,
    requests: Iterable[Request | str] | None = None,
    seconds: float = 10.0,
) -> Report:
    """Check an application against the application's clauses (A1 to A15), and its part of S14 and S22.

    ``app`` is an application object, or "module:attribute", or the path of a file whose application is called
    ``app`` ("shop.py", "shop.py:other"). By name or path it runs in a process of its own, for at most
    ``seconds``; an object is called in this process, without that bound. ``requests`` are Requests, or text
    like "GET /path"; without them, GET, HEAD, POST, PUT, DELETE and OPTIONS of a few paths. Each GET is asked
    once more and closed after its first block. Never raises for what the application does.
    """
    asked = [_request(one) for one in (REQUESTS if requests is None else requests)]
    if isinstance(app, str | os.PathLike):
        return _report(os.fspath(app), asked, _in_process(os.fspath(app), asked, seconds))
    events: list[Event] = []
    record(app, asked, events.append)
    return _report(getattr(app, "__name__", type(app).__name__), asked, events)


def _request(one: Request | str) -> Request:
    return one if isinstance(one, Request) else Request(*one.split(" ", 1))


def record(app: Application, requests: Iterable[Request], emit: Callable[[Event], object]) -> None:
    """Call ``app`` with each request, then with each GET again, closing early; tell ``emit`` what
    happened.
    """
    requests = list(requests)
    for request in requests:
        emit({"event": "asked", "request": str(request)})
        serve_once(app, request, emit)
    for request in dict.fromkeys(one for one in requests if one.method == "GET"):
        emit({"event": "asked", "request": f"{request}, closed after the first block"})
        serve_once(app, request, emit, early=True)
    emit({"event": "finished"})


def serve_once(app: Application, request: Request, emit: Callable[[Event], object], early: bool = False) -> list[Any]:
    """Be the server for one request: strict where PEP 3333 is, and silent about what the application does
    wrong.

    With ``early`` the iterable is closed after its first block. Returns the blocks. What the application
    raises is recorded and goes no further, except for KeyboardInterrupt.
    """
    state = _State(emit)
    before = _open_files() if early else {}
    blocks: list[Any] = []
    size = 0
    result = None
    try:
        result = Recorder(app, state.told)(environ_of(request), state.start_response)
        for block in result:
            blocks.append(block)
            if isinstance(block, bytes) and block:
                state.sent = True
                size += len(block)
            if early or len(blocks) >= _BLOCKS or size >= _BYTES:
                break
    except (Exception, SystemExit):  # noqa: BLE001 - recorded; a server would log it and go on
        pass
    with suppress(Exception):  # recorded as well
        if hasattr(result, "close"):
            result.close()
    left = [name for number, name in _open_files().items() if before.get(number) != name] if early else []
    if left:
        emit({"event": "left_open", "id": state.id, "files": sorted(left)})
    return blocks


class _State:
    """The server's side of one request."""

    def __init__(self, emit: Callable[[Event], object]) -> None:
        self._emit = emit
        self.id = ""
        self.started = False
        self.sent = False

    def told(self, event: Event) -> None:
        self.id = event["id"]
        self._emit(event)

    def start_response(self, status: Any, headers: Any, exc_info: Any = None) -> Callable[[bytes], None]:
        if exc_info:
            try:
                if self.sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.started:
            raise AssertionError("start_response was called a second time without exc_info")
        self.started = True
        if type(headers) is list:
            # The list is the server's now, which may change it. An application that uses it again gets our change back.
            if any(pair[:1] == (_SEAL,) and pair[1:] != (self.id,) for pair in headers if isinstance(pair, tuple)):
                self._emit({"event": "reused", "id": self.id})
            headers[:] = [pair for pair in headers if not isinstance(pair, tuple) or pair[:1] != (_SEAL,)]
            headers.append((_SEAL, self.id))
        return self.write

    def write(self, data: bytes) -> None:
        self.sent = self.sent or bool(data)


def environ_of(request: Request) -> dict[str, Any]:
    """The environ of a request, as PEP 3333 asks: every required variable, and none that may be missing."""
    path, _, query = request.target.partition("?")
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost:8000",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.body:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    if request.content_type:
        environ["CONTENT_TYPE"] = request.content_type
    return environ


def _open_files() -> dict[str, str]:
    """The files that this process has open, by number, where the system can say (Linux)."""
    found = {}
    with suppress(OSError):
        for number in os.listdir("/proc/self/fd"):
            with suppress(OSError):
                found[number] = os.readlink(f"/proc/self/fd/{number}")
    return {number: name for number, name in found.items() if not name.startswith("/proc/")}


# --- another process ---------------------------------------------------------------------------------------------------


def _in_process(target: str, requests: list[Request], seconds: float) -> list[Event]:
    """Record ``target`` in a process of its own; what cuts it short becomes an event ``cut``."""
    with tempfile.TemporaryDirectory(prefix="labkit-") as folder:
        told, said = Path(folder, "events"), Path(folder, "output")
        asked = json.dumps([[one.method, one.target, one.body.decode("latin-1"), one.content_type] for one in requests])
        command = [sys.executable, "-m", __name__, target, str(told), asked, str(seconds)]
        environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        with said.open("wb") as output:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environ, start_new_session=True
            )
            try:
                ended: int | None = child.wait(seconds)
            except subprocess.TimeoutExpired:
                ended = None
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        events = _read(told)
        if not any(event["event"] in ("finished", "unusable") for event in events):
            last = next((event["request"] for event in reversed(events) if event["event"] == "asked"), "")
            doing = f"in {last}" if last else "while it was imported"
            why = f"it did not return within {seconds:g} s" if ended is None else f"its process ended with code {ended}"
            tail = said.read_bytes()[-2000:].decode("utf-8", "replace").strip().splitlines()[-1:]
            events.append({"event": "cut", "why": f"{why}, {doing}" + (f": {tail[0]}" if tail else "")})
        return events


def _read(told: Path) -> list[Event]:
    events = []
    with suppress(OSError), told.open("rb") as lines:
        for line in lines:
            with suppress(ValueError):  # the last line of a killed process may be torn
                events.append(json.loads(line))
    return events


def _child(target: str, told: str, asked: str, seconds: str) -> None:
    """The other process: load the application, record it, write events as lines of JSON."""
    import resource

    signal.alarm(int(float(seconds)) + 2)  # should the parent be gone
    for what, limit in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_FSIZE, _BYTES)):
        with suppress(ValueError, OSError):  # a system that has no such bound
            resource.setrlimit(what, (limit, limit))
    with open(told, "w", encoding="ascii", buffering=1) as lines:

        def emit(event: Event) -> None:
            lines.write(json.dumps(event) + "\n")

        try:
            app = load(target)
        except BaseException as error:  # noqa: BLE001 - whatever importing it does, it is told
            shown = [frame for frame in frames(error) if "importlib" not in frame[0] and frame[0] != __file__]
            emit({"event": "unusable", "why": _words(type(error).__name__, str(error), shown)})
            return
        requests = [
            Request(method, path, body.encode("latin-1"), kind) for method, path, body, kind in json.loads(asked)
        ]
        record(app, requests, emit)


def load(target: str) -> Any:
    """The object that "module:attribute" or a file's path names (attribute ``app`` when none is given).

    Raises what importing it raises; AttributeError or FileNotFoundError, in words, when it is not there.
    """
    import importlib.util

    name, _, attribute = target.partition(":")
    attribute = attribute or "app"
    if name.endswith(".py") or os.sep in name:
        path = Path(name).resolve()
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {name}")
        sys.path.insert(0, str(path.parent))
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
    else:
        sys.path.insert(0, os.getcwd())
        module = importlib.import_module(name)
    if not hasattr(module, attribute):
        raise AttributeError(f"{name} has nothing called {attribute}")
    return getattr(module, attribute)


# --- the report ----------------------------------------------------------------------------------------------------------


def _words(kind: str, message: str, trace: list[list[Any]]) -> str:
    where = f" ({Path(trace[-1][0]).name}, line {trace[-1][1]}: {trace[-1][3]})" if trace else ""
    return f"{kind}: {message}{where}"


def _report(subject: str, requests: list[Request], events: list[Event]) -> Report:
    names = list(dict.fromkeys(str(one) for one in requests))
    did = f"called it with {', '.join(names[:4])}" + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    found = findings(event for event in events if "id" in event)
    trouble = _trouble(events, any(one.clause == "A1" for one in found))
    if trouble:
        found.insert(0, trouble)
    rows = []
    for name in [*(name for name in clauses if name[0] == "A"), "S14", "S22"]:
        title = clauses[name].title if name[0] == "A" else _TITLES[name]
        mine = [one for one in found if one.clause == name]
        for one in mine:
            saw = one.saw + (f" (in {one.request})" if one.request else "")
            rows.append(Row(name, title, "application", BROKEN, did, one.expected, saw, one.hint))
        if not mine:
            verdict, saw = _unbroken(name, events)
            rows.append(Row(name, title, "application", verdict, did, title, saw))
    return Report(subject, in_order(rows))


_TITLES = {
    "S14": "start_response is called once, and again only with exc_info",
    "S22": "Content-Length is the number of bytes of the body",
}


def _trouble(events: list[Event], said: bool) -> Finding | None:
    """A1: it could not be loaded or never came back, raised in every call, or in the second call of two
    alike.
    """
    expected = "each call comes back, again and again"
    for event in events:
        if event["event"] in ("unusable", "cut"):
            return Finding("A1", expected, event["why"], "run the file by itself: python FILE")
    calls = [event for event in events if event["event"] == "call"]
    raised = {event["id"]: event for event in events if event["event"] == "raised" and not event["refused"]}
    if said or not raised:
        return None

    def words(call: Event) -> str:
        error = raised[call["id"]]
        what = _words(error["type"], error["message"], error["frames"])
        return f"{call['method']} {call['path']} raised {what}"

    if all(call["id"] in raised for call in calls):
        return Finding("A1", expected, f"every call raised; {words(calls[0])}", "read the line that it names")
    worked = set()
    for call in calls:
        request = (call["method"], call["path"], call["query"], call["content_length"])
        if call["id"] not in raised:
            worked.add(request)
        elif request in worked and raised[call["id"]]["where"] != "close":
            return Finding(
                "A1",
                expected,
                f"the same request worked before, then {words(call)}",
                "keep nothing from one call to the next that the call uses up",
            )
    return None


def _unbroken(name: str, events: list[Event]) -> tuple[str, str]:
    """The verdict on a clause without a finding: kept, unless no call came far enough to show it."""
    kinds = [event["event"] for event in events]
    calls, starts, ends = kinds.count("call"), kinds.count("start"), kinds.count("end")
    if name in ("A2", "A3", "A4", "A5", "A6", "A7", "S14") and not starts:
        return NOT_SEEN, "start_response was never reached"
    if name in ("A8", "A9", "A14", "A15", "S22") and not ends:
        return NOT_SEEN, "no call gave a whole body"
    if not calls:
        return NOT_SEEN, "it was never called"
    sizes = [event["len"] for event in events if event["event"] == "returned" and event["len"] is not None]
    raised = next((event for event in events if event["event"] == "raised"), None)
    notes = {
        "A1": f"{calls} calls"
        + (f"; one raised {_words(raised['type'], raised['message'], raised['frames'])}" if raised else ""),
        "A9": f"right for {len(sizes)} iterables that have one" if sizes else "no iterable had a len()",
        "A10": "" if any(event.get("exc_info") for event in events) else "exc_info was not used",
        "A11": "" if "write" in kinds else "write() was not used",
        "A13": "" if "input" in kinds else "wsgi.input was not read",
    }
    return KEPT, notes.get(name) or f"nothing against it in {calls} calls"


# --- middleware ----------------------------------------------------------------------------------------------------------


class _Inner:
    """An application for a middleware to wrap: its iterable notes each block it gives, and its close()."""

    def __init__(self, log: list[str], fail: bool = False) -> None:
        self.log = log
        self.fail = fail

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> "_Inner":
        self.start = start_response
        return self

    def __iter__(self) -> Iterable[bytes]:
        self.start("200 OK", [("Content-Type", "text/plain")])
        for block in (b"one ", b"", b"two ", b"three"):
            self.log.append("inner")
            yield block
            if self.fail:
                raise RuntimeError("the application inside fails on purpose")

    def close(self) -> None:
        self.log.append("close")


def middleware(wrap: Callable[[Application], Application]) -> Report:
    """Check a middleware against M1 to M3, and the application's clauses that it keeps or breaks itself.

    ``wrap`` is the middleware as it is used: ``wrap(application)`` gives the wrapped application. It is
    called here with an application that notes what is done with its iterable. Never raises for what the
    middleware does.
    """
    did = "wrapped an application of four blocks that calls start_response in its first iteration"
    subject = getattr(wrap, "__name__", type(wrap).__name__)
    rows: list[Row] = []

    def row(name: str, right: bool, expected: str, saw: str, hint: str = "") -> None:
        verdict = KEPT if right else BROKEN
        rows.append(Row(name, clauses[name].title, "middleware", verdict, did, expected, saw, "" if right else hint))

    events: list[Event] = []
    runs = {}
    for how in ("whole", "left", "error"):
        log: list[str] = []
        runs[how] = log
        try:
            wrapped = wrap(_Inner(log, fail=how == "error"))
        except Exception as error:  # noqa: BLE001 - a verdict, not a traceback of ours
            row("M2", False, "wrap(application) gives an application", _words(type(error).__name__, str(error), []))
            return Report(subject, rows)

        def tell(event: Event, log: list[str] = log, how: str = how) -> None:
            if how == "whole":
                events.append(event)
            if event["event"] in ("returned", "block", "write"):
                log.append(event["event"])

        serve_once(wrapped, Request(), tell, early=how == "left")
    whole = runs["whole"]
    early = whole[: whole.index("returned")] if "returned" in whole else whole
    returned = next((event for event in events if event["event"] == "returned"), None)
    raised = next((event for event in events if event["event"] == "raised"), None)
    if returned is None or raised or not returned["iterable"]:
        saw = _words(raised["type"], raised["message"], raised["frames"]) if raised else f"it returned {a(None)}"
        if returned and not raised:
            saw = f"it returned {returned['preview']}"
        row(
            "M2", False, "an iterable comes back", saw, "return the iterable of the application, or a generator over it"
        )
    else:
        hint = (
            "make it a generator, or a class with __iter__, that asks the application for a block only when it is asked"
        )
        row(
            "M2",
            "inner" not in early,
            "no block is asked for before the middleware has returned",
            f"{early.count('inner')} blocks were asked for before",
            hint,
        )
        if "write" in whole:
            row(
                "M2",
                False,
                "blocks that the application yields are yielded on",
                "it gave them to write()",
                "yield them",
            )
        held = _held(whole)
        row(
            "M1",
            held < 2,
            "for each block of the application at least one comes out, b'' if need be",
            "one for each" if held < 2 else f"{held} blocks of the application went in before the next came out",
            "yield b'' while you collect",
        )
    for how, words in (("whole", "at the end"), ("left", "when the client leaves"), ("error", "after an error")):
        count = runs[how].count("close")
        row(
            "M3",
            count > 0,
            f"close() of the application's iterable is called {words}",
            f"it was called {count} times",
            "give the iterable a close() that calls the inner close(), or call it in a finally",
        )
    for one in findings(events):
        rows.append(
            Row(one.clause, clauses[one.clause].title, "middleware", BROKEN, did, one.expected, one.saw, one.hint)
        )
    return Report(subject, in_order(rows))


def _held(log: list[str]) -> int:
    """The most blocks that went in between two that came out."""
    most = count = 0
    for event in log:
        count = count + 1 if event == "inner" else 0 if event == "block" else count
        most = max(most, count)
    return most


if __name__ == "__main__":
    _child(*sys.argv[1:])
