"""Record what an application does with one request after the other, without changing it.

``Recorder(app, emit)`` is a WSGI application around ``app``. For each thing that ``app`` does it calls
``emit`` with one small dict that JSON can hold; ``labkit.conformance.rules.findings`` turns those into broken
clauses. Every event has ``event`` and ``id`` (process and number of the request):

- ``call``: pid, method, path, query, content_length, protocol - ``start``: status (repr), code (int or None),
headers (list of pairs of text), content_length, exc_info (bool), keywords (names given by keyword), blocks
(how many came before), problems (findings about the values) - ``refused``: the server's start_response
raised: type, message, exc_info (bool) - ``returned``: type, preview, iterable, whole (text or bytes returned
as they are), file_wrapper, has_close, len (or None) - ``block``: n, type, size, preview. After 50 blocks only
those of a wrong type - ``write``: type, size, preview, inside (from inside the iterable) - ``input``:
wsgi.input is read: call, left (bytes of CONTENT_LENGTH not read yet), past (it asks for more than those),
terminated (the server promises an end of file all the same) - ``stream``: a method that PEP 3333 does not
list was called: stream, call - ``raised``: where (call, iterate, close), type, message, frames ([file, line,
function, source] ...), started, refused (it is what the server's start_response or write raised) - ``end``:
the iterable is exhausted: blocks, bytes - ``close``: the server closed the iterable: early (before its end),
has_close
"""

import itertools
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from .rules import Event, exc_info_problems, header_problems, show, status_problems

_MANY = 50  # events of one kind in one request: a body may be endless, and so may a loop that reads
_BOUNDED = frozenset(("block", "write", "input", "stream", "start", "refused"))
_WHOLE = (str, bytes, bytearray, memoryview)
_number = itertools.count(1)


class Recorder:
    """A transparent WSGI wrapper: the server sees ``app``, ``emit`` sees what ``app`` did.

    ``emit`` is called in the thread of the request, with one dict an event. What the server would stumble
    over (None, a number, text) is handed on as it is, so that the server stumbles as it would without us.
    """

    def __init__(self, app: Callable[..., Any], emit: Callable[[Event], object]) -> None:
        self.app = app
        self.emit = emit

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        request = _Request(self.emit, environ, start_response)
        try:
            result = self.app(environ, request.start)
        except BaseException as error:
            request.raised("call", error)
            raise
        return request.wrap(result)


class _Request:
    """The record of one request."""

    def __init__(self, emit: Callable[[Event], object], environ: dict[str, Any], start: Callable[..., Any]) -> None:
        self._emit = emit
        self._id = f"{os.getpid()}.{next(_number)}"
        self._server_start = start
        self.inside = False
        self.starts = 0
        self.blocks = 0
        self.bytes = 0
        self.written = 0
        self._strange: set[str] = set()
        self._counts: dict[str, int] = {}
        self._refusals: list[BaseException] = []
        self._files: list[object] = []
        length = environ.get("CONTENT_LENGTH") or ""
        self.emit(
            "call",
            pid=os.getpid(),
            method=str(environ.get("REQUEST_METHOD", "")),
            path=str(environ.get("SCRIPT_NAME", "")) + str(environ.get("PATH_INFO", "")),
            query=str(environ.get("QUERY_STRING", "")),
            content_length=str(length),
            protocol=str(environ.get("SERVER_PROTOCOL", "")),
        )
        size = int(length) if str(length).isdigit() else 0
        terminated = bool(environ.get("wsgi.input_terminated")) or "HTTP_TRANSFER_ENCODING" in environ
        if "wsgi.input" in environ:
            environ["wsgi.input"] = _Input(environ["wsgi.input"], self, size, terminated)
        if "wsgi.errors" in environ:
            environ["wsgi.errors"] = _Stream(
                environ["wsgi.errors"], self, "wsgi.errors", ("write", "writelines", "flush")
            )
        self._wrapper = environ.get("wsgi.file_wrapper")
        if self._wrapper is not None and not isinstance(self._wrapper, type):
            environ["wsgi.file_wrapper"] = self._file_wrapper

    def emit(self, event: str, always: bool = False, **fields: Any) -> None:
        count = self._counts[event] = self._counts.get(event, 0) + 1
        if count <= _MANY or always or event not in _BOUNDED:
            self._emit({"event": event, "id": self._id, **fields})

    def _file_wrapper(self, *args: Any) -> object:
        wrapped = self._wrapper(*args)
        self._files.append(wrapped)
        return wrapped

    def start(self, *args: Any, **keywords: Any) -> Any:
        status = args[0] if args else keywords.get("status")
        headers = args[1] if len(args) > 1 else keywords.get("response_headers", keywords.get("headers"))
        exc_info = args[2] if len(args) > 2 else keywords.get("exc_info")
        problems = []
        if len(args) + len(keywords) >= 2:
            problems = status_problems(status) + header_problems(headers)
        if exc_info is not None:
            problems += exc_info_problems(exc_info, sys.exc_info()[1])
        pairs = [
            [str(item[0])[:200], str(item[1])[:1000]]
            for item in (headers if isinstance(headers, list) else [])[:100]
            if isinstance(item, (tuple, list)) and len(item) == 2
        ]
        self.starts += 1
        self.emit(
            "start",
            status=show(status),
            code=int(status[:3]) if isinstance(status, str) and status[:3].isdigit() else None,
            headers=pairs,
            content_length=next((value for name, value in pairs if name.lower() == "content-length"), None),
            exc_info=exc_info is not None,
            keywords=sorted(keywords),
            blocks=self.blocks,
            problems=[list(problem) for problem in problems],
        )
        try:
            write = self._server_start(*args, **keywords)
        except BaseException as error:
            self._refusals.append(error)
            self.emit("refused", type=type(error).__name__, message=str(error)[:300], exc_info=exc_info is not None)
            raise
        finally:
            exc_info = None  # PEP 3333: no circular reference through the traceback
        return self._writing(write) if callable(write) else write

    def _writing(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(data: Any) -> Any:
            size = len(data) if isinstance(data, _WHOLE) else 0
            self.written += size
            self.emit("write", type=_kind(data), size=size, preview=show(data), inside=self.inside)
            try:
                return write(data)
            except BaseException as error:
                self._refusals.append(error)
                raise

        return recorded

    def wrap(self, result: Any) -> Any:
        is_file = any(result is one for one in self._files) or (
            isinstance(self._wrapper, type) and isinstance(result, self._wrapper)
        )
        whole = isinstance(result, _WHOLE)
        iterable = hasattr(type(result), "__iter__") or hasattr(type(result), "__getitem__")
        length = None
        sized = hasattr(type(result), "__len__")
        if sized and not whole:
            try:
                length = len(result)
            except Exception:  # noqa: BLE001 - the server will meet it itself, and says so in its own way
                length = None
        self.emit(
            "returned",
            type=type(result).__name__,
            preview=show(result),
            iterable=iterable,
            whole=whole,
            file_wrapper=is_file,
            has_close=hasattr(result, "close"),
            len=length,
        )
        if whole or is_file or not iterable:
            return result
        return (_SizedBody if sized else _Body)(self, result)

    def block(self, data: Any) -> None:
        self.blocks += 1
        size = len(data) if isinstance(data, _WHOLE) else 0
        self.bytes += size
        kind = _kind(data)
        strange = kind != "bytes" and kind not in self._strange
        self._strange.add(kind)
        self.emit("block", strange, n=self.blocks, type=kind, size=size, preview=show(data))

    def raised(self, where: str, error: BaseException) -> None:
        self.emit(
            "raised",
            where=where,
            type=type(error).__name__,
            message=str(error)[:300],
            frames=frames(error),
            started=self.starts > 0,
            refused=any(error is one for one in self._refusals),
        )


class _Body:
    """What the server iterates over in place of the application's iterable."""

    def __init__(self, request: _Request, result: Any) -> None:
        self._request = request
        self._result = result
        self._iterator: Iterator[Any] | None = None
        self._ended = False

    def __iter__(self) -> "_Body":
        return self

    def __next__(self) -> Any:
        request = self._request
        request.inside = True
        try:
            if self._iterator is None:
                self._iterator = iter(self._result)
            block = next(self._iterator)
        except StopIteration:
            if not self._ended:
                self._ended = True
                request.emit("end", blocks=request.blocks, bytes=request.bytes, written=request.written)
            raise
        except BaseException as error:
            request.raised("iterate", error)
            raise
        finally:
            request.inside = False
        request.block(block)
        return block

    def close(self) -> None:
        close = getattr(self._result, "close", None)
        self._request.emit("close", early=not self._ended, has_close=close is not None)
        if close is not None:
            try:
                close()
            except BaseException as error:
                self._request.raised("close", error)
                raise


class _SizedBody(_Body):
    """The same for an iterable that has a length."""

    def __len__(self) -> int:
        return len(self._result)


class _Stream:
    """A stream of the server whose use is watched: methods outside ``allowed`` are recorded when they are
    called.
    """

    def __init__(self, stream: Any, request: _Request, name: str, allowed: tuple[str, ...]) -> None:
        self._stream = stream
        self._request = request
        self._name = name
        self._allowed = allowed

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._stream, name)
        if name in self._allowed or name.startswith("__") or not callable(value):
            return value

        def recorded(*args: Any, **keywords: Any) -> Any:
            self._request.emit("stream", stream=self._name, call=name)
            return value(*args, **keywords)

        return recorded

    def __repr__(self) -> str:
        return repr(self._stream)

    def __enter__(self) -> Any:
        if not hasattr(self._stream, "__enter__"):
            raise TypeError(f"{type(self._stream).__name__!r} object does not support the context manager protocol")
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._request.emit("stream", stream=self._name, call="close")
        self._stream.__exit__(*exc_info)


class _Input(_Stream):
    """wsgi.input, with the bytes counted. An event comes before its read, which may wait for ever."""

    def __init__(self, stream: Any, request: _Request, left: int, terminated: bool) -> None:
        super().__init__(stream, request, "wsgi.input", ("read", "readline", "readlines"))
        self._left = left
        self._terminated = terminated
        self._went_past = False

    def _asks(self, call: str, past: bool) -> None:
        first = past and not self._went_past
        self._went_past = self._went_past or past
        self._request.emit("input", first, call=call, left=self._left, past=past, terminated=self._terminated)

    def __getattr__(self, name: str) -> Any:
        # Werkzeug uses readinto where a server has it and read where not: within PEP 3333, so it is counted as a read.
        if name != "readinto":
            return super().__getattr__(name)
        readinto = self._stream.readinto

        def counted(buffer: Any) -> Any:
            self._asks(f"readinto({len(buffer)})", len(buffer) > self._left)
            size = readinto(buffer)
            self._left = max(self._left - (size or 0), 0)
            return size

        return counted

    def _got(self, data: Any) -> Any:
        self._left = max(self._left - len(data), 0)
        return data

    def read(self, *args: Any) -> Any:
        size = args[0] if args and isinstance(args[0], int) and args[0] >= 0 else None
        self._asks(f"read({show(args[0]) if args else ''})", size is None or size > self._left)
        return self._got(self._stream.read(*args))

    def readline(self, *args: Any) -> Any:
        self._asks(f"readline({show(args[0]) if args else ''})", not self._left)
        return self._got(self._stream.readline(*args))

    def readlines(self, *args: Any) -> Any:
        self._asks(f"readlines({show(args[0]) if args else ''})", not args or not self._left)
        lines = self._stream.readlines(*args)
        self._got(b"".join(lines))
        return lines

    def __iter__(self) -> Iterator[Any]:
        lines = iter(self._stream)
        while True:
            self._asks("iteration", not self._left)
            try:
                line = next(lines)
            except StopIteration:
                return
            yield self._got(line)


def frames(error: BaseException, limit: int = 12) -> list[list[Any]]:
    """The traceback of ``error`` without our own frames: [file, line, function, source], the innermost
    last.
    """
    import linecache

    found = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename != __file__:
            source = linecache.getline(code.co_filename, trace.tb_lineno, trace.tb_frame.f_globals).strip()
            found.append([code.co_filename, trace.tb_lineno, code.co_name, source[:200]])
        trace = trace.tb_next
    return found[-limit:]


def _kind(data: object) -> str:
    return "bytes" if isinstance(data, bytes) else type(data).__name__
