"""The application that helps a conformance check: start any server with ``labkit.conformance.probe:app``.

Most server clauses of PEP 3333 can be seen only with an application that plays its part: one that defers its
headers, fails in the middle, or tells what it found in environ. Each path under ``/.conformance/`` is one
such part; everything else is answered with a friendly page. ``beside(app)`` adds those paths to an
application of yours.

Several worker processes may answer, and some things (was close() called?) can be asked for only afterwards.
So the parts write a journal, named by the ``token`` of the request, into a directory that all workers of one
machine share: ``LABKIT_CONFORMANCE_DIR``, else a directory of the user's under the temporary directory.
Without a place to write it stays in memory, which serves a single process. Standard library only.
"""

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

MARKER = "/.conformance"
NAMED = [
    "REQUEST_METHOD",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "CONTENT_TYPE",
    "CONTENT_LENGTH",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
]

Environ = dict[str, Any]
Start = Callable[..., Any]

_memory: dict[str, list[dict[str, Any]]] = {}


def app(*arguments: Any, **keywords: Any) -> Iterable[bytes]:
    """The probe: a WSGI application. It takes what it is given, to tell how a server called it."""
    environ = arguments[0] if arguments else keywords["environ"]
    start_response = arguments[1] if len(arguments) > 1 else keywords["start_response"]
    before, found, rest = environ.get("PATH_INFO", "").partition(MARKER)
    if not found:
        body = b"The conformance probe is here. Ask for /.conformance\n"
        answer = _answer(start_response, body, "200 OK", ("X-Worker", str(os.getpid())))
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else answer
    name = rest.strip("/").split("/")[0]
    query = dict(pair.partition("=")[::2] for pair in environ.get("QUERY_STRING", "").split("&"))
    token = "".join(char for char in query.get("token", "") if char in "0123456789abcdef")[:64]
    if name not in _PARTS:
        start_response("404 Not Found", _text())
        return [b"The probe has no such part\n"]
    if name not in ("journal", "forget"):
        note(token, "called", arguments=len(arguments), keywords=sorted(keywords))
    return _PARTS[name](environ, start_response, query, token)


def beside(application: Callable[..., Any]) -> Callable[..., Any]:
    """``application`` with the probe's paths beside it, so that a real service can be checked as it
    stands.
    """

    def both(environ: Environ, start_response: Start) -> Iterable[bytes]:
        chosen = app if MARKER in environ.get("PATH_INFO", "") else application
        return chosen(environ, start_response)

    return both


def note(token: str, what: str, **more: Any) -> None:
    """Write one line into the journal ``token``."""
    if not token:
        return
    line = {"what": what, "pid": os.getpid(), "thread": threading.get_ident(), **more}
    try:
        os.makedirs(_directory(), mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        handle = os.open(_file(token), flags, 0o600)
    except OSError:  # a read-only system: one process can remember for itself
        _memory.setdefault(token, []).append(line)
        return
    with os.fdopen(handle, "ab", buffering=0) as journal:
        journal.write(json.dumps(line).encode() + b"\n")


def journal(token: str) -> list[dict[str, Any]]:
    """The lines of the journal ``token`` so far."""
    try:
        with open(_file(token), "rb") as lines:
            return [json.loads(line) for line in lines.read().splitlines()]
    except OSError:
        return _memory.get(token, [])


def forget(token: str) -> None:
    """Remove the journal ``token``, and the directory when it is empty."""
    _memory.pop(token, None)
    for remove, path in ((os.unlink, _file(token)), (os.rmdir, _directory())):
        try:
            remove(path)
        except OSError:  # not there, or other journals are
            continue


def _directory() -> str:
    shared = os.path.join(tempfile.gettempdir(), f"labkit-conformance-{os.getuid()}")
    return os.environ.get("LABKIT_CONFORMANCE_DIR", shared)


def _file(token: str) -> str:
    return os.path.join(_directory(), token + ".jsonl")


def _text(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """The headers of a text, as a new list each time: PEP 3333 lets the server change it."""
    return [("Content-Type", "text/plain; charset=utf-8"), *more]


def _answer(start_response: Start, body: bytes, status: str = "200 OK", *headers: tuple[str, str]) -> list[bytes]:
    start_response(status, _text(("Content-Length", str(len(body))), *headers))
    return [body]


def _json(start_response: Start, value: object) -> list[bytes]:
    body = json.dumps(value).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


# Each part is called with environ, start_response, the query as a dict, and the token of the journal.


def _marker(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    return _json(start_response, {"probe": "labkit.conformance", "pid": os.getpid()})


def _journal(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    return _json(start_response, journal(token))


def _forget(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    forget(token)
    return _json(start_response, "forgotten")


def _go(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    note(token, "go")
    return _json(start_response, "gone")


def _environ(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    """What the server gave us. Values only of the request's own variables: the rest may be nobody's
    business.
    """
    variables = {}
    for key, value in environ.items():
        shown = key in NAMED or key.startswith(("HTTP_", "wsgi."))
        if isinstance(key, str) and shown:
            text = value if isinstance(value, str) else repr(value)
            variables[key] = {"type": type(value).__name__, "value": text[:500]}
    source, errors = environ.get("wsgi.input"), environ.get("wsgi.errors")
    try:
        errors.write("")
        errors.writelines([""])
        errors.flush()
        text_trouble = ""
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we came to see
        text_trouble = f"{type(error).__name__}: {error}"
    body = source.read(int(environ.get("CONTENT_LENGTH") or 0))
    report = {
        "environ_type": type(environ).__name__,
        "exact_dict": type(environ) is dict,
        "variables": variables,
        "input_missing": [name for name in ("read", "readline", "readlines", "__iter__") if not hasattr(source, name)],
        "errors_missing": [name for name in ("flush", "write", "writelines") if not hasattr(errors, name)],
        "errors_trouble": text_trouble,
        "body": repr(body),
    }
    write = start_response("200 OK", [("Content-Type", "application/json")])
    report["write_callable"] = callable(write)
    return [json.dumps(report).encode()]


def _input(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    """Read a body of 'line 1\\nline 2\\nthe rest' in every way, then past its end."""
    source = environ["wsgi.input"]
    got = [source.readline(), source.read(3), next(iter(source)), source.read(8)]
    note(token, "at the end")
    got += [source.read(10), source.read(10)]
    note(token, "past the end")
    return _json(start_response, [repr(data) for data in got])


def _echo(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    """The body as far as it can be read safely: up to CONTENT_LENGTH, or to the end where the server promises
    one.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    body, how = b"", "no CONTENT_LENGTH and no wsgi.input_terminated: the body cannot be read"
    if length:
        body, how = environ["wsgi.input"].read(int(length)), f"CONTENT_LENGTH {length}"
    elif environ.get("wsgi.input_terminated"):
        body, how = environ["wsgi.input"].read(), "wsgi.input_terminated"
    return _answer(start_response, body, "200 OK", ("X-Read", how))


def _deferred(environ: Environ, start_response: Start, query: dict, token: str) -> Iterator[bytes]:
    start_response("200 OK", _text(("X-First", "yes")))
    yield b""
    try:
        raise RuntimeError("the conformance probe changes its mind")
    except RuntimeError:
        start_response("503 Changed", _text(("X-Second", "yes")), sys.exc_info())
    yield b"changed"


def _twice(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    start_response("200 OK", _text())
    try:
        start_response("202 Accepted", _text())
    except Exception as error:  # noqa: BLE001 - which exception is the server's choice
        return [f"refused: {type(error).__name__}".encode()]
    return [b"accepted"]


def _replace(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    start_response("200 OK", _text(("X-First", "yes")))
    try:
        raise RuntimeError("the conformance probe replaces its headers")
    except RuntimeError:
        start_response("503 Replaced", _text(("X-Second", "yes")), sys.exc_info())
    return [b"replaced"]


def _replace_late(environ: Environ, start_response: Start, query: dict, token: str) -> Iterator[bytes]:
    start_response("200 OK", _text())
    yield b"first block\n"
    try:
        raise RuntimeError("the conformance probe is too late to replace its headers")
    except RuntimeError as original:
        try:
            start_response("503 Too Late", _text(), sys.exc_info())
        except BaseException as error:
            note(token, "raised", same=error is original, type=type(error).__name__)
            raise
    note(token, "accepted")
    yield b"NOT RAISED\n"


def _emptied(environ: Environ, start_response: Start, query: dict, token: str) -> Iterator[bytes]:
    """A Content-Length that is never kept: after an empty block other headers come, or an error."""
    start_response("200 OK", _text(("Content-Length", "5")))
    yield b""
    try:
        raise RuntimeError("the conformance probe has announced a body and has none")
    except RuntimeError:
        if query.get("then") == "error":
            raise
        start_response("503 Changed", _text(("Content-Length", "20")), sys.exc_info())
    yield b"twenty bytes of body"


def _hop(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    start_response("200 OK", _text(("Keep-Alive", "timeout=99, probe")))
    return [b"hop"]


def _inject(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    start_response("200 OK", _text(("X-Probe", "a\r\nX-Injected: yes")))
    return [b"inject"]


def _dated(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    return _answer(start_response, b"dated", "200 OK", ("dATE", "Thu, 01 Jan 2026 00:00:00 GMT"))


def _gate(environ: Environ, start_response: Start, query: dict, token: str) -> Iterator[bytes]:
    """Block 2 is not made before the client says that it has block 1: in the request's body, or in the
    journal.
    """
    source = environ["wsgi.input"]
    start_response("200 OK", _text())
    yield b"block 1\n"
    released = False
    if query.get("by") == "body":
        released = source.readline() == b"go\n"
    else:
        until = time.monotonic() + 3
        while not released and time.monotonic() < until:
            released = any(line["what"] == "go" for line in journal(token))
            time.sleep(0 if released else 0.01)
    note(token, "block 2", released=released)
    yield b"block 2, released\n" if released else b"block 2, nobody said go\n"


class _Closing:
    """An iterable that notes its close(), and every attribute that the server asks for beyond the
    protocol.
    """

    def __init__(self, token: str, blocks: Iterator[bytes]) -> None:
        self._token = token
        self._blocks = blocks

    def __iter__(self) -> "_Closing":
        return self

    def __next__(self) -> bytes:
        return next(self._blocks)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):  # to look for __len__ is to ask whether len() works
            note(self._token, "attribute", name=name)
        raise AttributeError(name)

    def close(self) -> None:
        note(self._token, "closed")


class _Unsized:
    """An iterable with a len() that does not work."""

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"one, ", b"two"])

    def __len__(self) -> int:
        raise NotImplementedError("this iterable does not know its length")


def _close(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    how = query.get("how")

    def blocks() -> Iterator[bytes]:
        yield b"first block\n"
        if how == "error":
            raise RuntimeError("the conformance probe fails on purpose, after its first block")
        if how == "disconnect":
            for _ in range(128):
                yield b"x" * 65536
            note(token, "exhausted")

    start_response("200 OK", _text())
    return _Closing(token, blocks())


def _unsized(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    start_response("200 OK", _text())
    return _Unsized()


def _late(environ: Environ, start_response: Start, query: dict, token: str) -> Iterator[bytes]:
    start_response("202 Late", _text())
    yield b"late"


def _long(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    start_response("200 OK", _text(("Content-Length", "5")))
    return iter([b"hello", b" and EXTRA"])


def _short(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    start_response("200 OK", _text(("Content-Length", "10")))
    return [b"hello"]


def _one(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    start_response("200 OK", _text())
    return [b"one block"]


def _many(environ: Environ, start_response: Start, query: dict, token: str) -> Iterator[bytes]:
    start_response("200 OK", _text())
    yield from (b"one, ", b"", b"two, ", b"three")


def _write(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    write = start_response("200 OK", _text())
    write(b"one, ")
    write(b"two, ")
    return [b"three"]


def _empty(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    start_response("304 Not Modified" if query.get("status") == "304" else "204 No Content", [])
    return []


def _fail(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    raise RuntimeError("the conformance probe fails on purpose, before start_response")


def _silent(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    return [b"start_response was never called"]


def _meet(environ: Environ, start_response: Start, query: dict, token: str) -> Iterable[bytes]:
    """Stay inside for a moment, so that another request may meet us in this process."""
    note(token, "in")
    until = time.monotonic() + 0.1
    met = False
    while not met and time.monotonic() < until:
        here = [line for line in journal(token) if line["pid"] == os.getpid()]
        inside = sum({"in": 1, "out": -1}.get(line["what"], 0) for line in here)
        met = inside > 1
        time.sleep(0.005)
    note(token, "out", met=met)
    flags = {name: bool(environ.get(f"wsgi.{name}")) for name in ("multithread", "multiprocess", "run_once")}
    return _json(start_response, {"pid": os.getpid(), "thread": threading.get_ident(), "met": met, **flags})


_PARTS: dict[str, Callable[..., Iterable[bytes]]] = {
    "": _marker,
    "journal": _journal,
    "forget": _forget,
    "go": _go,
    "environ": _environ,
    "input": _input,
    "echo": _echo,
    "deferred": _deferred,
    "twice": _twice,
    "replace": _replace,
    "replace-late": _replace_late,
    "emptied": _emptied,
    "hop": _hop,
    "inject": _inject,
    "dated": _dated,
    "gate": _gate,
    "close": _close,
    "unsized": _unsized,
    "late": _late,
    "long": _long,
    "short": _short,
    "one": _one,
    "many": _many,
    "write": _write,
    "empty": _empty,
    "fail": _fail,
    "silent": _silent,
    "meet": _meet,
}
