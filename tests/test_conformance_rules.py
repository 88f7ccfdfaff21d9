"""The recorder changes nothing, and each rule speaks for its own mistake."""

import io
import json
import subprocess
import sys
from contextlib import suppress
from itertools import zip_longest
from typing import Any

import pytest

from labkit.conformance import Recorder, findings

TEXT = [("Content-Type", "text/plain")]


class Refusal(Exception):
    """What our strict start_response raises."""


def call(app: Any, method: str = "GET", body: bytes = b"", stop: int | None = None, **extra: Any) -> list[dict]:
    """Call ``app`` once the way a strict server does and return the recorded events, as JSON would keep
    them.
    """
    events: list[dict] = []
    state = {"started": False, "sent": False}

    def write(data: bytes) -> None:
        state["sent"] = True

    def start_response(status: str, headers: list, exc_info: Any = None) -> Any:
        if state["started"] and not exc_info:
            raise Refusal("start_response was called before")
        if exc_info and state["sent"]:
            raise exc_info[1]
        state["started"] = True
        return write

    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        **({"CONTENT_LENGTH": str(len(body))} if body else {}),
        **extra,
    }
    result = None
    try:
        result = Recorder(app, events.append)(environ, start_response)
        for number, block in enumerate(result):
            state["sent"] = state["sent"] or bool(block)
            if number + 1 == stop:
                break
    except Exception:  # noqa: BLE001 - a wrong application may raise anything; the events say what
        pass
    try:
        if hasattr(result, "close"):
            result.close()
    except Exception:  # noqa: BLE001
        pass
    return json.loads(json.dumps(events))


def answering(status: Any = "200 OK", headers: Any = None, body: Any = (b"hello",)) -> Any:
    def app(environ, start_response):
        start_response(status, TEXT if headers is None else headers)
        return list(body) if type(body) is tuple else body

    return app


def one(app: Any, **request: Any) -> Any:
    """The only finding about ``app``."""
    found = findings(call(app, **request))
    assert len(found) == 1, found
    return found[0]


def takes_one(environ):
    return [b""]


class NotAnInstance:
    def __call__(self, environ, start_response):
        return [b""]


def by_keyword(environ, start_response):
    start_response(status="200 OK", response_headers=TEXT)
    return [b"hello"]


def late(environ, start_response):
    yield b""
    start_response("200 OK", TEXT)
    yield b"hello"


def never(environ, start_response):
    return [b"hello"]


def twice(environ, start_response):
    start_response("200 OK", TEXT)
    with suppress(Refusal):
        start_response("404 Not Found", TEXT)
    return [b"hello"]


class TooLong(list):
    def __len__(self):
        return 3


def long_list(environ, start_response):
    start_response("200 OK", TEXT)
    return TooLong([b"a", b"b"])


def made_up_exc_info(environ, start_response):
    start_response("500 Oops", TEXT, ValueError("x"))
    return [b"oops"]


def outside_handler(environ, start_response):
    start_response("500 Oops", TEXT, sys.exc_info())
    return [b"oops"]


def saved_exc_info(environ, start_response):
    try:
        raise ValueError("x")
    except ValueError:
        saved = sys.exc_info()
    start_response("500 Oops", TEXT, saved)
    return [b"oops"]


def trapping(environ, start_response):
    start_response("200 OK", TEXT)
    yield b"begin"
    try:
        raise ValueError("x")
    except ValueError:
        try:
            start_response("500 Oops", TEXT, sys.exc_info())
        except ValueError:
            yield b"end"


def writes_inside(environ, start_response):
    write = start_response("200 OK", TEXT)
    yield b"a"
    write(b"b")
    yield b"c"


def writes_and_returns_none(environ, start_response):
    start_response("200 OK", TEXT)(b"hello")


def writes_text(environ, start_response):
    start_response("200 OK", TEXT)("hello")
    return []


def closes_input(environ, start_response):
    environ["wsgi.input"].close()
    start_response("200 OK", TEXT)
    return [b""]


def with_input(environ, start_response):
    with environ["wsgi.input"]:
        pass
    start_response("200 OK", TEXT)
    return [b""]


def seeks_input(environ, start_response):
    environ["wsgi.input"].seek(0)
    start_response("200 OK", TEXT)
    return [b""]


def closes_errors(environ, start_response):
    environ["wsgi.errors"].close()
    start_response("200 OK", TEXT)
    return [b""]


def reads(how):
    def app(environ, start_response):
        how(environ["wsgi.input"])
        start_response("200 OK", TEXT)
        return [b""]

    return app


def close_yields(environ, start_response):
    start_response("200 OK", TEXT)
    try:
        yield b"a"
        yield b"b"
    finally:
        yield b"bye"


async def coroutine(environ, start_response):
    return [b"hello"]


@pytest.mark.parametrize(
    ("app", "request_", "clause", "saw", "hint"),
    [
        (
            takes_one,
            {},
            "A1",
            "takes 1 positional argument but 2 were given",
            "def app(environ, start_response)",
        ),
        (NotAnInstance, {}, "A1", "takes no arguments", "app = App()"),
        (42, {}, "A1", "not callable", "called with two arguments"),
        (by_keyword, {}, "A2", "with response_headers, status by name", "start_response(status, headers)"),
        (late, {}, "A2", "after block 1", "before the first yield"),
        (never, {}, "A2", "never called", "call start_response(status, headers) first"),
        (answering(200), {}, "A3", "an int: 200", "'200 ...'"),
        (answering(b"200 OK"), {}, "A3", "a bytes: b'200 OK'", "leave out the b"),
        (answering("200"), {}, "A3", "no reason: '200'", "'200 OK'"),
        (answering("OK 200"), {}, "A3", "does not begin with three digits", "404 Not Found"),
        (answering("2000 OK"), {}, "A3", "does not begin with three digits", "404 Not Found"),
        (answering("200  OK"), {}, "A3", "more than one space", "exactly one"),
        (answering("200-OK"), {}, "A3", "not parted by a space", "one space"),
        (answering("200 OK "), {}, "A3", "a space at its end", "remove"),
        (answering("200 OK\r\nX: 1"), {}, "A3", "control character", "leave out \\r and \\n"),
        (answering("200 \u20ac"), {}, "A3", "outside latin-1", "plain letters"),
        (answering(headers={"A": "b"}), {}, "A4", "a dict", "list(headers.items())"),
        (answering(headers=tuple(TEXT)), {}, "A4", "a tuple", "a list"),
        (answering(headers=[["A", "b"]]), {}, "A4", "header 1 is a list: ['A', 'b']", "as a tuple"),
        (answering(headers=[("A", "b", "c")]), {}, "A4", "header 1 is a tuple of 3", "as a tuple"),
        (answering(headers=[(b"A", "b")]), {}, "A4", "name of header 1 is a bytes", "without b"),
        (answering(headers=[("A", b"b")]), {}, "A4", "value of A is a bytes", "without b"),
        (answering(headers=[("Content-Length", 5)]), {}, "A4", "Content-Length is an int: 5", "str("),
        (answering(headers=[("A:", "b")]), {}, "A4", "'A:'", "colon"),
        (answering(headers=[("A b", "b")]), {}, "A4", "'A b'", "letters, digits"),
        (answering(headers=[("A-", "b")]), {}, "A4", "'A-'", "remove the '-'"),
        (answering(headers=[("A", "b\r\nC: d")]), {}, "A5", "'b\\r\\nC: d'", "a visitor"),
        (answering(headers=[("A", "10 \u20ac")]), {}, "A5", "10 \u20ac", "encode it first"),
        (
            answering(headers=[("Connection", "close")]),
            {},
            "A6",
            "Connection: 'close'",
            "belongs to the server",
        ),
        (
            answering(headers=[("Transfer-Encoding", "chunked")]),
            {},
            "A7",
            "Transfer-Encoding",
            "the server chunks",
        ),
        (answering(body=None), {}, "A8", "returned None", "add a return"),
        (answering(body="hello"), {}, "A8", "returned a str: 'hello'", ".encode()"),
        (answering(body=b"hello"), {}, "A8", "returned a bytes: b'hello'", "in a list"),
        (answering(body=42), {}, "A8", "returned an int: 42", "a list of bytes"),
        (answering(body=bytearray(b"x")), {}, "A8", "a bytearray", "bytes(body)"),
        (
            answering(body=["hello"]),
            {},
            "A8",
            "block 1 is a str: 'hello'",
            "b before its quotes, or with .encode()",
        ),
        (answering(body=["h\u20ac"]), {}, "A8", "block 1 is a str", ".encode()"),
        (answering(body=[b"a", None]), {}, "A8", "block 2 is None", "something yielded None"),
        (answering(body=[b"a", 5]), {}, "A8", "block 2 is an int: 5", "in a list"),
        (answering(body=[bytearray(b"a")]), {}, "A8", "block 1 is a bytearray", "bytes(block)"),
        (answering(body={"a": 1}), {}, "A8", "it returned a dict: {'a': 1}", "json.dumps"),
        (writes_text, {}, "A8", "what write() was given is a str", "encode"),
        (long_list, {}, "A9", "len() is 3, but it gave 2 blocks", "__len__"),
        (made_up_exc_info, {}, "A10", "exc_info is a ValueError", "sys.exc_info()"),
        (outside_handler, {}, "A10", "no exception was being handled", "inside the except block"),
        (saved_exc_info, {}, "A10", "after the except block had ended", "inside the except block"),
        (trapping, {}, "A10", "caught ValueError and went on", "do not catch"),
        (writes_inside, {}, "A11", "from inside the iterable", "yield the block"),
        (writes_and_returns_none, {}, "A11", "called write() and returned None", "return []"),
        (closes_input, {}, "A12", "closed wsgi.input", "leave out the close()"),
        (with_input, {}, "A12", "closed wsgi.input", "with"),
        (seeks_input, {}, "A12", "called seek()", "every server"),
        (closes_errors, {}, "A12", "closed wsgi.errors", "leave out"),
        (
            reads(lambda stream: stream.read()),
            {"body": b"abc"},
            "A13",
            "read() with 3 bytes left",
            "CONTENT_LENGTH",
        ),
        (reads(lambda stream: stream.read(8192)), {"body": b"abc"}, "A13", "read(8192) with 3", "for ever"),
        (reads(lambda stream: stream.read(1)), {}, "A13", "read(1) with 0 bytes left", "CONTENT_LENGTH"),
        (reads(list), {"body": b"a\nb\n"}, "A13", "iteration with 0 bytes left", "CONTENT_LENGTH"),
        (
            reads(lambda stream: stream.readlines()),
            {"body": b"a\n"},
            "A13",
            "readlines() with 2",
            "CONTENT_LENGTH",
        ),
        (close_yields, {"stop": 1}, "A14", "close() raised RuntimeError", "yield nothing there"),
        (answering(), {"method": "HEAD"}, "A15", "5 bytes of body", "the headers that GET would give"),
        (answering("204 No Content"), {}, "A15", "5 bytes of body", "return [] here"),
        (answering("304 Not Modified"), {}, "A15", "5 bytes of body", "return [] here"),
        (twice, {}, "S14", "called 2 times: '200 OK', then '404 Not Found'", "once"),
        (
            answering(headers=[("Content-Length", "4")]),
            {},
            "S22",
            "is '4', the body has 5 bytes",
            "not characters",
        ),
        (answering(headers=[("Content-Length", "five")]), {}, "S22", "is 'five'", "digits"),
    ],
)
def test_each_mistake_breaks_exactly_its_clause(app, request_, clause, saw, hint):
    finding = one(app, **request_)
    assert finding.clause == clause
    assert saw in finding.saw
    assert hint in finding.hint
    assert finding.expected and finding.request == f"{request_.get('method', 'GET')} /"


def test_an_async_application_is_told_that_wsgi_is_not_async():
    app = coroutine
    found = {finding.clause: finding for finding in findings(call(app))}
    assert "def instead of async def" in found["A8"].hint


@pytest.mark.parametrize(
    "exempt",
    [{"wsgi.input_terminated": True}, {"HTTP_TRANSFER_ENCODING": "chunked"}],
    ids=lambda d: list(d)[0],
)
def test_reading_to_the_end_is_fine_where_the_server_promises_an_end(exempt):
    assert findings(call(reads(lambda stream: stream.read()), **exempt)) == []


def right_function(environ, start_response):
    size = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(size)
    print("read", len(body), file=environ["wsgi.errors"])
    head = environ["REQUEST_METHOD"] == "HEAD"
    start_response("200 OK", [*TEXT, ("Content-Length", str(len(body)))])
    return [] if head else [body]


class RightIterable:
    def __init__(self, environ, start_response):
        self.start, self.method = start_response, environ["REQUEST_METHOD"]

    def __iter__(self):
        self.start("200 OK", TEXT)
        yield b"" if self.method == "HEAD" else b"hello"


def right_error(environ, start_response):
    start_response("200 OK", TEXT)
    try:
        raise ValueError("x")
    except ValueError:
        start_response("500 Internal Server Error", TEXT, sys.exc_info())
        return [b"sorry"]


def right_late_error(environ, start_response):
    start_response("200 OK", TEXT)
    yield b"begin"
    try:
        raise ValueError("x")
    except ValueError:
        start_response("500 Internal Server Error", TEXT, sys.exc_info())
        yield b"never"


def right_write(environ, start_response):
    start_response("200 OK", TEXT)(b"hello")
    return []


@pytest.mark.parametrize("app", [right_function, RightIterable, right_error, right_late_error, right_write])
def test_right_applications_have_no_findings(app):
    assert findings(call(app, body=b"a=1\n", method="POST")) == []


def test_mixed_requests_are_told_apart_by_their_id():
    first, second = call(right_function), call(answering(200))
    mixed = [event for pair in zip_longest(first, second) for event in pair if event]
    assert [finding.clause for finding in findings(mixed)] == ["A3"]


def test_the_rest_of_a_record_is_judged_by_what_it_shows():
    events = call(answering(body=[b"one", b"two"]))
    for begin in range(len(events)):
        assert findings(events[begin:]) == []
    assert [finding.clause for finding in findings(call(answering(body=[b"one", "two"]))[-3:])] == ["A8"]


def test_the_same_mistake_in_many_requests_is_said_once():
    assert len(findings(call(answering(200)) + call(answering(200)))) == 1


class Exact:
    """An iterable that notes what the server does with it."""

    def __init__(self):
        self.calls = []

    def __iter__(self):
        self.calls.append("iter")
        return iter([b"a", b"b"])

    def __len__(self):
        self.calls.append("len")
        return 2

    def close(self):
        self.calls.append("close")


def test_the_server_sees_the_application_unchanged():
    inner = Exact()
    wrapped = Recorder(answering(body=inner), lambda event: None)({}, lambda status, headers: print)
    assert len(wrapped) == 2
    assert list(wrapped) == [b"a", b"b"]
    wrapped.close()
    assert inner.calls[-2:] == ["iter", "close"]
    generator = Recorder(lambda e, s: (block for block in [b"a"]), lambda event: None)({}, print)
    assert not hasattr(generator, "__len__") and list(generator) == [b"a"]
    generator.close()


@pytest.mark.parametrize("value", [None, 42, "text", b"bytes", bytearray(b"x")])
def test_what_no_server_can_iterate_is_handed_on_as_it_is(value):
    assert Recorder(lambda environ, start: value, lambda event: None)({}, print) is value


def test_a_file_wrapper_is_handed_on_as_it_is():
    class FileWrapper:
        def __init__(self, file, size=8192):
            self.file = file

        def __iter__(self):
            return iter([b"x"])

    def app(environ, start_response):
        return environ["wsgi.file_wrapper"](io.BytesIO())

    for wrapper in (FileWrapper, lambda file: FileWrapper(file)):
        events = []
        environ = {"wsgi.file_wrapper": wrapper}
        assert type(Recorder(app, events.append)(environ, print)) is FileWrapper
        assert events[-1]["file_wrapper"]


def test_an_exception_is_recorded_with_the_frames_of_the_application_only():
    def app(environ, start_response):
        start_response("200 OK", TEXT)
        raise KeyError("name")

    events = call(app)
    raised = next(event for event in events if event["event"] == "raised")
    assert (raised["where"], raised["type"], raised["message"]) == ("call", "KeyError", "'name'")
    assert raised["started"] and not raised["refused"]
    own = [frame for frame in raised["frames"] if frame[0] == __file__]
    assert own[-1][2:] == ["app", 'raise KeyError("name")']
    assert not any("recorder" in frame[0] for frame in raised["frames"])


def test_an_endless_body_gives_a_bounded_record():
    def app(environ, start_response):
        start_response("200 OK", TEXT)
        while True:
            yield b"x" * 1000

    events = call(app, stop=5000)
    assert len(events) < 60
    assert events[-1] == {"event": "close", "id": events[0]["id"], "early": True, "has_close": True}


def test_the_recorder_is_quick_to_import():
    heavy = "{'ssl', 'http', 'asyncio', 'inspect', 'json', 'socket', 'traceback'}"
    code = f"import sys, labkit.conformance.recorder; assert not {heavy} & set(sys.modules), sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
