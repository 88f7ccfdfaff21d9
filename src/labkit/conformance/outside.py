"""Check a running server from outside, over raw sockets, against the server's clauses of PEP 3333.

Some clauses can be seen with any application. The others need the probe (``labkit.conformance.probe``), which
plays the application's part and is recognised at the address. Each check below is a small function that looks
at one thing and says what it saw; it does nothing about another clause, so that a broken one breaks one row.

Verdicts rest on structure: what came, in which order, and what the application noted. Where a server has to
be waited for, the wait is bounded and the words say what did not come.
"""

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from labkit import wire

from .probe import MARKER
from .report import BROKEN, Report, Row, in_order
from .target import Check, Seen, Target, broken, judged, kept, unseen

_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\Z")

CHECKS: list[Check] = []


def check(
    clause: str, title: str, did: str, expected: str, probe: bool = True, who: str = "server"
) -> Callable[..., Any]:
    """Enter a function into the list of checks."""

    def enter(look: Callable[[Target], Seen]) -> Callable[[Target], Seen]:
        CHECKS.append(Check(clause, title, did, expected, probe, who, look))
        return look

    return enter


def from_outside(url: str, *, facts: Mapping[str, Any] | None = None, seconds: float = 30.0) -> Report:
    """Check the server at ``url`` clause by clause.

    ``facts`` says what the caller knows and the wire cannot show: ``workers`` and ``threads`` (numbers, for
    S9), and ``through`` (names of the layers in front of the application's server, nearest to us first, for
    the report). A server that stops answering, or takes more than ``seconds`` in all, gets a verdict for what
    was seen until then; the other rows are not seen. Takes about a second for a healthy server; never raises
    for what the server does.
    """
    facts = dict(facts or {})
    target = Target(url, facts)
    through = tuple(facts.get("through", ()))
    rows: list[Row] = []
    gone = ""
    try:
        target.plain()
    except wire.NoAnswer as error:
        gone = f"no answer: {error}"
        rows.append(Row("S17", "a request is answered", "server", BROKEN, f"GET {url}", "an answer", str(error)))
    except wire.WireError:
        pass  # a row of S17 will say so
    if not gone:
        with suppress(wire.WireError, ValueError, AttributeError):  # whatever else answers is not the probe
            target.has_probe = target.part("").json().get("probe") == "labkit.conformance"
    until = time.monotonic() + seconds
    for one in CHECKS:
        seen, gone = _look(one, target, gone)
        rows.append(one.row(seen))
        if not gone and time.monotonic() > until:
            gone = f"not tried: the checks before took more than {seconds:g} s"
    target.clean_up()
    return Report(url, in_order(rows), through)


def _look(one: Check, target: Target, gone: str) -> tuple[Seen, str]:
    """Run one check; also returns why the rest need not be tried (empty when they should)."""
    if gone:
        return unseen(gone), gone
    if one.probe and not target.has_probe:
        start = "start the server with labkit.conformance.probe:app"
        return unseen(f"needs the probe at {target.url}{MARKER}: {start}"), ""
    try:
        return one.look(target), ""
    except (wire.WireError, ValueError, KeyError, TypeError, AttributeError) as error:
        strange = f"an answer that the probe did not give: {error!r}"
        seen = broken(str(error) if isinstance(error, wire.WireError) else strange)
        if target.alive():
            return seen, ""
        return seen, f"not tried: the server no longer answered after {one.clause} ({one.title})"


# --- what can be seen with any application -------------------------------------------------------------------------


@check(
    "S17",
    "the answer has a status line and header lines as HTTP asks",
    "GET of the address",
    "a status line like HTTP/1.1 200 OK, then Name: value lines, all ending with CR LF",
    probe=False,
)
def _status_line(target: Target) -> Seen:
    answer = target.plain()
    return kept(f"{answer.version} {answer.status} {answer.reason}, {len(answer.headers)} headers")


@check("S17", "the answer says when it was made", "GET of the address", "one Date header, as in RFC 9110", probe=False)
def _date(target: Target) -> Seen:
    dates = target.plain().all("Date")
    if len(dates) != 1:
        return broken("no Date header" if not dates else f"{len(dates)} Date headers: {dates}")
    return judged(_DATE.match(dates[0]), f"Date: {dates[0]}")


@check(
    "S22",
    "the body is as long as Content-Length says",
    "GET of the address",
    "as many bytes as Content-Length says, and none after them",
    probe=False,
)
def _length(target: Target) -> Seen:
    answer = target.plain()
    if answer.framing != "length":
        return unseen(f"the answer has no Content-Length (its body ends by {_framing(answer)})")
    if answer.extra:
        return broken(f"{len(answer.extra)} bytes after the body: {answer.extra[:40]!r}")
    return judged(answer.complete, answer.why or f"Content-Length: {len(answer.body)}, and as many bytes")


@check(
    "A15",
    "an answer to HEAD has no body",
    "HEAD of the address",
    "a head and no byte after it",
    probe=False,
    who="application",
)
def _head(target: Target) -> Seen:
    answer = wire.exchange(target.url, "HEAD", timeout=target.patience)
    return judged(not answer.extra, f"{answer.status}, {len(answer.extra)} bytes after the head")


@check(
    "S26",
    "a request that is not HTTP does no harm",
    "sent bytes that are no request, then a GET",
    "an error status or a closed connection, and the GET is answered",
    probe=False,
)
def _garbage(target: Target) -> Seen:
    try:
        answer = wire.send(target.url, b"\x16\x03\x01 hello?\r\n\r\n", timeout=target.stall)
        said = f"{answer.status} {answer.reason}"
        refused = answer.status >= 400
    except wire.NoAnswer as error:
        said, refused = str(error), "closed" in str(error)
    except wire.WireError as error:
        said, refused = str(error), True
    if not refused:
        return broken(f"to the garbage: {said}")
    after = wire.exchange(target.url, timeout=target.patience)
    return kept(f"to the garbage: {said}; to the GET: {after.status}")


@check(
    "S19",
    "a client that leaves early does no harm",
    "left in the middle of a request, and before an answer, each with a reset and with a close; then a GET",
    "the GET is answered",
    probe=False,
)
def _leave(target: Target) -> Seen:
    for bytes_ in (b"GET / HT", target.head(target.url)):
        for leave in (wire.Conversation.abort, wire.Conversation.close):
            talk = target.talk()
            talk.send(bytes_)
            leave(talk)
    after = wire.exchange(target.url, timeout=target.patience)
    return kept(f"to the GET: {after.status}")


@check(
    "S23",
    "a client of HTTP/1.0 gets no chunks",
    "GET with HTTP/1.0",
    "no Transfer-Encoding, and a body that ends",
    probe=False,
)
def _old_client(target: Target) -> Seen:
    answer = wire.exchange(target.url, version="HTTP/1.0", timeout=target.patience)
    return judged(answer.framing != "chunked" and answer.complete, answer.why or f"the body ends by {_framing(answer)}")


@check(
    "S25",
    "a request with Expect: 100-continue is answered",
    "POST with Expect: 100-continue, waiting for a go-ahead",
    "100 Continue, or a final answer; or the answer after we sent the body unasked",
    probe=False,
)
def _expect(target: Target) -> Seen:
    address = target.address("echo") if target.has_probe else target.url
    body = b"expected"
    with target.talk() as talk:
        talk.send(
            target.head(
                address,
                "POST",
                "Content-Type: text/plain",
                "Content-Length: 8",
                "Expect: 100-continue",
                "Connection: close",
            )
        )
        try:
            begin = talk.read_until(b"\r\n\r\n", timeout=0.25)
        except wire.NoAnswer:
            begin = b""
        if not begin or re.match(rb"HTTP/1\.\d 100", begin):
            talk.send(body)
        answer = talk.answer("POST")
    said = "100 Continue, then" if answer.interim else ("no 100, and" if not begin else "at once")
    if target.has_probe and answer.status == 200 and answer.body != body:
        return broken(f"{said} {answer.status}, but the application read {answer.body[:40]!r}")
    if target.has_probe and answer.status >= 500:
        return broken(f"{said} {answer.status}")
    return judged(answer.complete, f"{said} {answer.status}" + (f", {answer.why}" if answer.why else ""))


def _framing(answer: wire.Answer) -> str:
    return {"length": "Content-Length", "chunked": "chunks", "close": "closing the connection", "none": "its head"}[
        answer.framing
    ]


# --- environ ---------------------------------------------------------------------------------------------------------

_ASKED = "POST /.conformance/environ/caf%C3%A9%20x?a=1&b=%20, a header and a body of 5 bytes; the application told what it got"


@check(
    "S1", "the application is called once, with two positional arguments", _ASKED, "one call, two positional arguments"
)
def _called(target: Target) -> Seen:
    calls = [line for line in target.environ()["journal"] if line["what"] == "called"]
    if len(calls) != 1:
        return broken(f"{len(calls)} calls for one request")
    names = calls[0]["keywords"]
    saw = f"one call, {calls[0]['arguments']} positional arguments" + (
        f", by name: {', '.join(names)}" if names else ""
    )
    return judged(calls[0]["arguments"] == 2 and not names, saw)


@check("S2", "environ is a real dict", _ASKED, "type(environ) is dict")
def _dict(target: Target) -> Seen:
    environ = target.environ()
    return judged(environ["exact_dict"], f"a {environ['environ_type']}")


@check(
    "S3",
    "REQUEST_METHOD, SERVER_NAME and SERVER_PORT are there",
    _ASKED,
    "POST, and a name and a port that are not empty",
)
def _named(target: Target) -> Seen:
    values = {name: target.variable(name) for name in ("REQUEST_METHOD", "SERVER_NAME", "SERVER_PORT")}
    return judged(values["REQUEST_METHOD"] == "POST" and all(values.values()), _pairs(values))


@check(
    "S4",
    "the other CGI variables say what was asked",
    _ASKED,
    "path (decoded), query, type, length, protocol and header as sent",
)
def _cgi(target: Target) -> Seen:
    get = target.variable
    path = (get("SCRIPT_NAME") or "") + (get("PATH_INFO") or "")
    wanted = f"{MARKER}/environ/café x".encode().decode("latin-1")
    right = {
        "SCRIPT_NAME + PATH_INFO": (path, path.endswith(wanted)),
        "SCRIPT_NAME": (get("SCRIPT_NAME"), (get("SCRIPT_NAME") or "/x").startswith("/") and get("SCRIPT_NAME") != "/"),
        "QUERY_STRING": (get("QUERY_STRING"), (get("QUERY_STRING") or "").startswith("a=1&b=%20&")),
        "CONTENT_TYPE": (get("CONTENT_TYPE"), get("CONTENT_TYPE") == "text/x-probe"),
        "CONTENT_LENGTH": (get("CONTENT_LENGTH"), get("CONTENT_LENGTH") == "5"),
        "SERVER_PROTOCOL": (get("SERVER_PROTOCOL"), (get("SERVER_PROTOCOL") or "").startswith("HTTP/")),
        "HTTP_X_PROBE": (get("HTTP_X_PROBE"), get("HTTP_X_PROBE") == "caf\xe9"),
    }
    wrong = {name: value for name, (value, ok) in right.items() if not ok}
    return judged(not wrong, _pairs(wrong or {name: value for name, (value, _) in right.items()}))


@check("S5", "every CGI variable is a str of latin-1 characters", _ASKED, "type str, no character above U+00FF")
def _strings(target: Target) -> Seen:
    found = {key: one for key, one in target.environ()["variables"].items() if not key.startswith("wsgi.")}
    wrong = {
        key: f"{one['type']} {one['value']!r}"
        for key, one in found.items()
        if one["type"] != "str" or any(char > "\xff" for char in one["value"])
    }
    return judged(not wrong, _pairs(wrong) if wrong else f"{len(found)} variables")


@check(
    "S6",
    "Content-Type and Content-Length stand once, without HTTP_",
    _ASKED,
    "no HTTP_CONTENT_TYPE, no HTTP_CONTENT_LENGTH",
)
def _no_twins(target: Target) -> Seen:
    twins = [name for name in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH") if target.variable(name) is not None]
    return judged(not twins, ", ".join(twins) or "neither")


@check("S7", "wsgi.version is (1, 0)", _ASKED, "(1, 0)")
def _version(target: Target) -> Seen:
    return judged(target.variable("wsgi.version") == "(1, 0)", str(target.variable("wsgi.version")))


@check(
    "S8",
    "every required wsgi variable is there",
    _ASKED,
    "version, url_scheme (http or https), input, errors, three flags",
)
def _wsgi(target: Target) -> Seen:
    names = ["version", "url_scheme", "input", "errors", "multithread", "multiprocess", "run_once"]
    missing = [f"wsgi.{name}" for name in names if target.variable(f"wsgi.{name}") is None]
    scheme = target.variable("wsgi.url_scheme")
    if missing:
        return broken(f"missing: {', '.join(missing)}")
    return judged(scheme in ("http", "https"), f"all seven; wsgi.url_scheme is {scheme!r}")


def _flag(target: Target, name: str) -> bool:
    return (target.variable(f"wsgi.{name}") or "") not in ("False", "0", "", "None")


def _meetings(target: Target) -> list[dict[str, Any]]:
    """Three requests at the same time; each stays inside for a moment and tells whom it met."""
    token = target.token()
    talks = [target.talk() for _ in range(3)]
    for talk in talks:
        talk.send(target.head(target.address(f"meet?token={token}"), "GET", "Connection: close"))
    found = []
    for talk in talks:  # closed at once: gunicorn's sync worker waits for the client's end before it goes on
        with talk:
            found.append(talk.answer().json())
    return found


@check(
    "S9",
    "wsgi.multithread, multiprocess and run_once are true to life",
    "three requests at the same time",
    "a flag that is false where we see that it cannot be, is wrong",
)
def _flags(target: Target) -> Seen:
    met = _meetings(target)
    pids = {one["pid"] for one in met}
    wrong = []
    if any(one["met"] and not one["multithread"] for one in met):
        wrong.append("two requests were inside one process at once, but wsgi.multithread is false")
    if int(target.facts.get("threads", 1)) > 1 and not met[0]["multithread"]:
        wrong.append(f"it runs {target.facts['threads']} threads, but wsgi.multithread is false")
    if len(pids) > 1 and not all(one["multiprocess"] for one in met):
        wrong.append(f"{len(pids)} processes answered, but wsgi.multiprocess is false")
    if int(target.facts.get("workers", 1)) > 1 and not met[0]["multiprocess"]:
        wrong.append(f"it runs {target.facts['workers']} workers, but wsgi.multiprocess is false")
    if len(pids) < len(met) and met[0]["run_once"]:
        wrong.append("one process answered twice, but wsgi.run_once is true")
    flags = _pairs({name: met[0][name] for name in ("multithread", "multiprocess", "run_once")})
    seen = (
        f"{len(pids)} process(es) answered; in one at once: {'yes' if any(one['met'] for one in met) else 'not seen'}"
    )
    return judged(not wrong, "; ".join(wrong) or f"{flags}; {seen}")


@check(
    "S28",
    "the application can be run in a single thread",
    _ASKED,
    "wsgi.multithread false, here or with another setting",
)
def _single(target: Target) -> Seen:
    if _flag(target, "multithread"):
        return unseen("here wsgi.multithread is true; whether another setting exists cannot be seen from outside")
    return kept("wsgi.multithread is false")


@check("S10", "wsgi.input has its methods and gives bytes", _ASKED, "read, readline, readlines and iteration; bytes")
def _input_methods(target: Target) -> Seen:
    environ = target.environ()
    if environ["input_missing"]:
        return broken(f"missing: {', '.join(environ['input_missing'])}")
    return judged(environ["body"] == "b'12345'", f"read(5) gave {environ['body']}")


@check(
    "S10",
    "wsgi.input ends at CONTENT_LENGTH",
    "a body of 23 bytes, which the application read to its end and further",
    "every byte as sent, then b'' at once",
)
def _input_end(target: Target) -> Seen:
    body = b"line 1\nline 2\nthe rest"
    token = target.token()
    with target.talk() as talk:
        talk.send(
            target.head(
                target.address(f"input?token={token}"), "POST", f"Content-Length: {len(body)}", "Connection: close"
            )
        )
        talk.send(body)
        waited = ""
        try:
            answer = talk.answer("POST", timeout=target.stall)
        except wire.NoAnswer:
            talk.end_sending()
            waited = "; reading past the end waited until we closed our side"
            answer = talk.answer("POST")
    if answer.status != 200:
        return broken(f"{answer.status} {answer.reason}{waited}")
    got = answer.json()
    right = got == ["b'line 1\\n'", "b'lin'", "b'e 2\\n'", "b'the rest'", "b''", "b''"]
    return judged(
        right and not waited, ("every byte, then b''" if right else f"the application read {', '.join(got)}") + waited
    )


@check("S11", "wsgi.errors takes text", _ASKED, "write, writelines and flush, with str")
def _errors(target: Target) -> Seen:
    environ = target.environ()
    if environ["errors_missing"]:
        return broken(f"missing: {', '.join(environ['errors_missing'])}")
    return judged(not environ["errors_trouble"], environ["errors_trouble"] or "all three work with str")


@check("S12", "start_response takes positional arguments and returns write", _ASKED, "a callable comes back")
def _write_callable(target: Target) -> Seen:
    right = target.environ()["write_callable"]
    return judged(right, "a callable" if right else "something that cannot be called")


# --- start_response --------------------------------------------------------------------------------------------------


@check(
    "S13",
    "headers wait for the first block that is not empty",
    "the application called start_response, yielded b'', then replaced the headers with exc_info (503)",
    "503 Changed",
)
def _deferral(target: Target) -> Seen:
    answer = target.part("deferred")
    if answer.status == 503 and answer.header("X-First") is None:
        return kept("503 Changed: nothing had been sent for b''")
    return broken(
        f"{answer.status} {answer.reason}: the headers had been sent for b''"
        + ("" if b"changed" in answer.raw else ", and the body was cut off")
    )


@check(
    "S14",
    "a second start_response without exc_info is an error",
    "the application called start_response twice",
    "the second call raises",
)
def _second_start(target: Target) -> Seen:
    answer = target.part("twice")
    if answer.body.startswith(b"refused"):
        return kept(f"the second call raised {answer.text.partition(': ')[2]}")
    if answer.status >= 500:
        return kept(f"{answer.status} {answer.reason}")
    return broken(f"the second call was accepted: {answer.status} {answer.reason}")


@check(
    "S15",
    "exc_info replaces headers that are not sent yet",
    "start_response (200), then start_response (503, exc_info)",
    "503 with the new headers only",
)
def _replacing(target: Target) -> Seen:
    answer = target.part("replace")
    right = answer.status == 503 and answer.header("X-Second") and not answer.header("X-First")
    old = ", with the first headers beside the new" if answer.header("X-First") else ""
    return judged(right, f"{answer.status} {answer.reason}{old}")


@check(
    "S15",
    "replaced headers take their Content-Length with them",
    "Content-Length: 5 and b'', then start_response (503, exc_info) with Content-Length: 20 and a block of 20 bytes",
    "503 with the whole block",
)
def _replaced_length(target: Target) -> Seen:
    answer = target.part("emptied?then=replace")
    if answer.status == 200:
        return unseen("the headers had been sent for b'': there was nothing left to replace (S13)")
    right = answer.status == 503 and answer.complete and answer.body == b"twenty bytes of body"
    return judged(right, f"{answer.status} {answer.reason} with {answer.body[:40]!r}{_why(answer)}")


@check(
    "S15",
    "exc_info after the headers are sent raises",
    "a block, then start_response (503, exc_info)",
    "start_response raises, and the answer is cut off",
)
def _too_late(target: Target) -> Seen:
    token = target.token()
    try:
        answer = target.part(f"replace-late?token={token}")
        body, status = answer.body, f"{answer.status} {answer.reason}"
    except wire.WireError as error:
        body, status = error.raw, str(error)
    lines = {line["what"]: line for line in target.journal(token)}
    if "raised" in lines:
        which = "the exception it was given" if lines["raised"]["same"] else lines["raised"]["type"]
        return kept(f"it raised {which}")
    return broken(f"it returned, and the client got {status} with {body[:40]!r}")


@check(
    "S16",
    "a hop-by-hop header of the application is an error",
    "the application sent Keep-Alive: timeout=99, probe",
    "an error (5xx)",
)
def _hop(target: Target) -> Seen:
    answer = target.part("hop")
    if answer.status >= 500:
        return kept(f"{answer.status} {answer.reason}")
    sent = "probe" in (answer.header("Keep-Alive") or "")
    return broken(f"{answer.status}: the header was {'sent to the client' if sent else 'dropped without a word'}")


@check(
    "S16",
    "a header value with CR LF is refused",
    "the application sent X-Probe: a, CR LF, X-Injected: yes",
    "an error, or at least no header X-Injected",
)
def _injection(target: Target) -> Seen:
    try:
        answer = target.part("inject")
    except wire.WireError as error:
        return judged(b"\nX-Injected" not in error.raw, str(error))
    if answer.header("X-Injected"):
        return broken("the client got the header X-Injected: yes")
    return kept(f"{answer.status} {answer.reason}, no X-Injected")


@check("S17", "a header that the application sent is not added again", "the application sent dATE", "one Date header")
def _one_date(target: Target) -> Seen:
    dates = target.part("dated").all("Date")
    return judged(len(dates) == 1, f"{len(dates)} Date header(s)")


@check(
    "S21",
    "start_response may come in the first iteration",
    "a generator that calls start_response when first asked",
    "202 Late",
)
def _generator(target: Target) -> Seen:
    answer = target.part("late")
    return judged(
        answer.status == 202 and answer.body == b"late", f"{answer.status} {answer.reason}, {answer.body[:40]!r}"
    )


# --- the body --------------------------------------------------------------------------------------------------------


@check(
    "S18",
    "each block is sent before the next is asked for",
    "the application makes block 2 only after we have said that block 1 is here",
    "block 1 comes before we say so",
)
def _gate(target: Target) -> Seen:
    token = target.token()
    with target.talk() as talk:
        talk.send(
            target.head(target.address(f"gate?by=body&token={token}"), "POST", "Content-Length: 3", "Connection: close")
        )
        first = _came(talk, b"block 1", 0.3)
        if not first and not _called_yet(target, token):
            talk.send(b"go\n")  # this server may want the whole request first; let it finish and use another gate
            talk.answer("POST")
            return _journal_gate(target)
        first = first or _came(talk, b"block 1", target.stall)
        talk.send(b"go\n")
        rest = talk.answer("POST")
    if first:
        return kept("block 1 came while the application waited for the next line of the request")
    return broken(f"nothing came before we released block 2; then {rest.body[:60]!r}")


def _came(talk: wire.Conversation, marker: bytes, seconds: float) -> bool:
    try:
        talk.read_until(marker, timeout=seconds)
    except wire.NoAnswer:
        return False
    return True


def _called_yet(target: Target, token: str) -> bool:
    """Has the application been called, for sure? A server of one thread cannot say: it waits for the application, or
    for the rest of the request.
    """
    try:
        return bool(target.journal(token, timeout=0.5))
    except wire.NoAnswer:
        return False


def _journal_gate(target: Target) -> Seen:
    token = target.token()
    with target.talk() as talk:
        talk.send(target.head(target.address(f"gate?by=journal&token={token}"), "GET", "Connection: close"))
        first = _came(talk, b"block 1", target.stall)
        alone = first and b"block 2" not in talk.received
        with suppress(wire.NoAnswer):  # a server of one thread takes no second request meanwhile
            target.part(f"go?token={token}")
        answer = talk.answer(timeout=5)
    if alone:
        return kept("block 1 came while the application waited for another request of ours")
    return broken(f"nothing came before we released block 2; then {answer.body[:60]!r}")


@check(
    "S19",
    "close() is called at the end",
    "an iterable with close(), read to its end",
    "the application noted close() once",
)
def _closed_end(target: Target) -> Seen:
    return _closing(target, "end")


@check(
    "S19",
    "close() is called after an error",
    "an iterable that fails after its first block",
    "the application noted close() once",
)
def _closed_error(target: Target) -> Seen:
    return _closing(target, "error")


def _closing(target: Target, how: str) -> Seen:
    token = target.token()
    with suppress(wire.WireError):  # how a broken answer looks is another clause's business
        target.part(f"close?how={how}&token={token}")
    return _closes(target.wait_journal(token, "closed"))


def _closes(lines: list[dict[str, Any]], more: str = "") -> Seen:
    count = sum(line["what"] == "closed" for line in lines)
    words = {0: "close() was not called", 1: "close() was called"}.get(count, f"close() was called {count} times")
    return judged(count == 1, words + more)


@check(
    "S19",
    "close() is called when the client has left",
    "a body of 8 MB, dropped by us after the first block",
    "the application noted close() once",
)
def _closed_disconnect(target: Target) -> Seen:
    token = target.token()
    talk = target.talk()
    talk.send(target.head(target.address(f"close?how=disconnect&token={token}"), "GET", "Connection: close"))
    try:
        talk.read_until(b"first block")
    finally:
        talk.abort()
    lines = target.wait_journal(token, "closed")
    exhausted = any(line["what"] == "exhausted" for line in lines)
    return _closes(lines, " (after the whole body had been made)" if exhausted else " before the end of the body")


@check(
    "S20",
    "nothing of the iterable is used but iteration and close()",
    "an iterable that notes each other attribute it is asked for",
    "none",
)
def _attributes(target: Target) -> Seen:
    token = target.token()
    target.part(f"close?how=end&token={token}")
    names = sorted({line["name"] for line in target.journal(token) if line["what"] == "attribute"})
    return judged(not names, f"it asked for {', '.join(names)}" if names else "none")


@check(
    "S20",
    "a len() that does not work does no harm",
    "an iterable whose len() raises NotImplementedError",
    "the whole body, without its length",
)
def _unsized(target: Target) -> Seen:
    answer = target.part("unsized")
    right = answer.status == 200 and answer.body == b"one, two"
    return judged(right, f"{answer.status} {answer.reason}, {answer.body[:40]!r}")


@check(
    "S22",
    "a body longer than Content-Length is cut",
    "Content-Length: 5, then b'hello' and b' and EXTRA'",
    "5 bytes of body and no byte after them",
)
def _too_long(target: Target) -> Seen:
    try:
        answer = target.part("long")
    except wire.WireError as error:
        return judged(b"EXTRA" not in error.raw, str(error))
    if answer.status >= 500:
        return kept(f"{answer.status} {answer.reason}")
    return judged(
        b"EXTRA" not in answer.raw, f"{answer.body!r}, then {answer.extra!r}" if answer.extra else f"{answer.body!r}"
    )


@check(
    "S22",
    "a body shorter than Content-Length ends the connection",
    "Content-Length: 10 and b'hello', on a connection to keep; then the next request",
    "the connection is closed, so that the client does not wait for more",
)
def _too_short(target: Target) -> Seen:
    with target.talk() as talk:
        talk.send(target.head(target.address("short"), "GET", "Connection: keep-alive"))
        begin = talk.read_until(lambda data: b"hello" in data or re.match(rb"HTTP/1\.\d 5", data))
        if b"hello" not in begin:
            return kept(repr(begin[:40]))
        talk.send(target.head(target.address("one"), "GET", "Connection: close"))
        answer = talk.answer(timeout=target.stall)
    if len(answer.body) > 5:
        return broken(f"the next answer on this connection was taken for the rest of the body: {answer.body!r}")
    return judged(talk.ended, f"{answer.body!r}, then the connection was {'closed' if talk.ended else 'left open'}")


@check(
    "S23",
    "a body without Content-Length has an end that the client can see",
    "a generator of four blocks, one empty",
    "the whole body in chunks, with a length, or up to the end of the connection",
)
def _framed(target: Target) -> Seen:
    answer = target.part("many")
    right = answer.body == b"one, two, three" and answer.complete and not answer.extra
    return judged(right, answer.why or f"{answer.body[:40]!r}, ending by {_framing(answer)}")


@check(
    "S23",
    "Content-Length is derived for a list of one (a server may)",
    "[b'one block'] without Content-Length",
    "Content-Length: 9; PEP 3333 allows this and does not ask for it",
)
def _derived(target: Target) -> Seen:
    answer = target.part("one")
    if answer.framing == "length":
        return judged(answer.header("Content-Length") == "9", f"Content-Length: {answer.header('Content-Length')}")
    return unseen(f"not used here: the body ends by {_framing(answer)}")


@check(
    "S24",
    "what write() is given comes first",
    "write(b'one, '), write(b'two, '), then the block b'three'",
    "b'one, two, three'",
)
def _written(target: Target) -> Seen:
    answer = target.part("write")
    return judged(answer.body == b"one, two, three" and answer.complete, f"{answer.status}, {answer.body[:40]!r}")


@check(
    "A15",
    "the server sends no body for HEAD even if the application gives one",
    "HEAD; the application returned a block",
    "a head and no byte after it (RFC 9110, section 9.3.2)",
)
def _head_probe(target: Target) -> Seen:
    answer = target.part("one", "HEAD")
    return judged(
        not answer.extra,
        f"{len(answer.extra)} bytes after the head" + (f": {answer.extra[:40]!r}" if answer.extra else ""),
    )


@check(
    "A15", "the server adds no body to 204 and 304", "204 and 304 with an empty iterable", "a head and no byte after it"
)
def _empty(target: Target) -> Seen:
    extras = {status: target.part(f"empty?status={status}").extra for status in (204, 304)}
    wrong = {status: extra for status, extra in extras.items() if extra}
    return judged(not wrong, _pairs(wrong) if wrong else "no byte after either head")


# --- requests and errors ---------------------------------------------------------------------------------------------


@check(
    "S26",
    "a chunked request reaches the application decoded",
    "POST with Transfer-Encoding: chunked, 'hello ' and 'world'",
    "the application reads b'hello world', or the server refuses (4xx, 501)",
)
def _chunked(target: Target) -> Seen:
    answer = target.part(
        "echo",
        "POST",
        headers=[("Transfer-Encoding", "chunked"), ("Content-Type", "text/plain")],
        body=b"6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n",
    )
    if 400 <= answer.status < 500 or answer.status == 501:
        return kept(f"refused: {answer.status} {answer.reason}")
    how = answer.header("X-Read") or ""
    return judged(answer.body == b"hello world", f"{answer.status}, the application read {answer.body[:40]!r} ({how})")


@check(
    "S27",
    "an error of the application is trapped, and the server goes on",
    "the application raised before start_response; then a GET",
    "5xx (or no answer at all), and the next request is answered",
)
def _failing(target: Target) -> Seen:
    try:
        answer = target.part("fail")
        said, wrong = f"{answer.status} {answer.reason}", answer.status < 500
    except wire.WireError as error:
        said, wrong = str(error), bool(error.raw)
    after = target.part("one")
    return judged(not wrong and after.status == 200, f"{said}; then {after.status}")


@check(
    "S27",
    "the answer to an error has a length of its own",
    "the application announced Content-Length: 5, gave b'', and raised",
    "5xx, whole (or no answer at all)",
)
def _error_length(target: Target) -> Seen:
    try:
        answer = target.part("emptied?then=error")
    except wire.WireError as error:
        return judged(not error.raw, str(error))
    if answer.status == 200:
        return unseen("the headers had been sent for b'': it was too late for an error answer (S13)")
    right = answer.status >= 500 and answer.complete and not answer.extra
    return judged(right, f"{answer.status} {answer.reason} with {len(answer.body)} bytes of body{_why(answer)}")


@check(
    "S27", "an application that never calls start_response gets an error answer", "start_response was not called", "5xx"
)
def _silence(target: Target) -> Seen:
    answer = target.part("silent")
    return judged(answer.status >= 500, f"{answer.status} {answer.reason}")


def _why(answer: wire.Answer) -> str:
    return f", {answer.why}" if answer.why else ""


def _pairs(values: Mapping[Any, object]) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in values.items())
