"""The server half of lab02: one file with `serve(listener, app)`, looked at from five sides."""

import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from itertools import product
from typing import Any
from urllib.parse import quote, urlsplit

from labkit import serve, wire

from ..own import QUIET, Environ, Own, get
from ..registry import exercise
from ..site import Site, observe
from ..verdict import Observation

FILES = {"shop.py": "lab02_shop.py", "guests.py": "lab02_guests.py", "parts.py": "lab02_parts.py"}
SERVER = {"kind": "server", "app": "parts:app", "files": FILES}

TEXT = ("Content-Type", "text/plain; charset=utf-8")
Pairs = Sequence[tuple[str, str]]


# --- 9. the request -----------------------------------------------------------------------------------------------


@exercise("lab02/request", "What the application is told", **SERVER)
def request(
    site: Site,
    *,
    path: str = "thé vert/a+b",
    query: str = "cups=2&note=%20hot?",
    header: tuple[str, str] = ("X-Tea", "green: first flush"),
    twice: tuple[str, str] = ("mint", "lemon"),
    body: str = "two cups of tea",
) -> Iterator[Observation]:
    """`path`: decoded, with a letter outside ASCII, a space and a plus; `header`: a value with a colon in it."""
    own = Own(site)
    name, value = header
    key = "HTTP_" + name.upper().replace("-", "_")
    quoted = quote(path, safe="/+")
    asked = f"/part/environ/{quoted}?{query}"
    sent = [(name, f"{value} \t"), ("X-Herb", twice[0]), ("X-Herb", twice[1]), ("Cookie", "a=1"), ("Cookie", "b=2")]
    site.prepare()
    told = _environ(own, "GET", asked, sent)
    if isinstance(told, Observation):
        yield told
        return
    environ = Environ(told)
    yield environ.called(f"GET {asked}: how the application was called", len(own.notes("told")))
    yield environ.types("types in environ")
    yield environ.path(f"PATH_INFO, for {asked}", f"/part/environ/{path}", f"/part/environ/{quoted}", query)
    yield environ.query(f"QUERY_STRING, for ...?{query}", query)
    yield environ.named("what is always there", urlsplit(site.server.url).hostname or "", site.server.port)
    around = "The value is what follows the first colon, without spaces and tabs around: before it and after it."
    yield environ.is_(f"{name}: {value}, then a space and a tab", key, value, around)
    joined = ", ".join(twice)
    yield observe(
        re.sub(r",\s*", ", ", environ.text("HTTP_X_HERB") or "") == joined,
        f"X-Herb: {twice[0]} and X-Herb: {twice[1]}",
        f"HTTP_X_HERB is {joined!r}",
        environ.shown("HTTP_X_HERB"),
        "A header may come twice. What happens to the first when you set the key again?",
        "Join the values with a comma, in the order in which they came.",
    )
    cookies = "Two Cookie lines are joined with '; ', since a cookie may have a comma in it."
    yield environ.is_("Cookie: a=1 and Cookie: b=2", "HTTP_COOKIE", "a=1; b=2", cookies)
    yield environ.streams("files and write()")
    yield from _together(own)
    yield from _posted(own, name, value, key, body)
    yield from _heads(own, name, key)
    yield from _guests_see(own, path, query)


def _together(own: Own) -> Iterator[Observation]:
    """Whether the three flags are true to life, as far as two requests at the same time can show."""
    did = "wsgi.multithread, multiprocess and run_once, for a second request while the first is in the application"
    path = own.play(("wait", "go"), ("flags",), call=[_START])
    with own.talk() as first, own.talk() as second:
        first.send(get(path, "Connection: close"))
        own.wait_for(lambda: own.notes("called"))
        second.send(get("/part/environ", "Connection: close"))
        met = own.wait_for(lambda: own.notes("told"), 0.3)  # one after the other is fine, too: then it does not come
        own.site.allow("go")
        try:
            one, other = _json(first.answer()), _json(second.answer())
        except wire.WireError as error:
            raise own.fails(did, "an answer to both", error) from None
    if not isinstance(one, dict) or not isinstance(other, dict):
        yield observe(False, did, "the application's answers: 200 OK and some JSON", "other answers")
        return
    both = (one, other["flags"])
    same, hints, wrong = one["pid"] == other["flags"]["pid"], (), ""
    if same and met and not all(flags["multithread"] for flags in both):
        wrong = "both were in one process at the same time, and wsgi.multithread is false"
        hints = ("An application may keep one connection to a database for all requests when it is told: no threads.",)
    elif not same and met and not all(flags["multiprocess"] for flags in both):
        wrong = "two processes had one each at the same time, and wsgi.multiprocess is false"
        hints = ("An application may keep visitors in a dict when it is told: there is no other process.",)
    elif same and any(flags["run_once"] for flags in both):
        wrong = "one process has answered both, and wsgi.run_once is true"
        hints = ("run_once is for a server that starts a process for each request, such as CGI.",)
    saw = wrong or ", ".join(f"{name} {both[0][name]}" for name in ("multithread", "multiprocess", "run_once"))
    yield observe(not wrong, did, "as it is with your server", saw, *hints)


def _posted(own: Own, name: str, value: str, key: str, body: str) -> Iterator[Observation]:
    post = f"POST with {name}: {value} and {name.replace('-', '_')}: forged"
    sent = [("Content-Type", "text/x-tea"), (name, value), (name.replace("-", "_"), "forged")]
    told = _environ(own, "POST", "/part/environ", sent, body.encode(), version="HTTP/1.0")
    if isinstance(told, Observation):
        yield told
        return
    environ = Environ(told)
    yield environ.is_(post, "REQUEST_METHOD", "POST", "The first word of the request line.")
    yield environ.is_(post, "CONTENT_TYPE", "text/x-tea", "Content-Type has a key without HTTP_.")
    size = str(len(body.encode()))
    yield environ.is_(post, "CONTENT_LENGTH", size, "Content-Length has a key without HTTP_, and its value is text.")
    twins = [k for k in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH") if k in environ.variables]
    more = "Two headers lose the HTTP_, and with it they are not there."
    yield observe(
        not twins, post, "no HTTP_CONTENT_TYPE, no HTTP_CONTENT_LENGTH", ", ".join(twins) or "none of the two", more
    )
    hint = "X-Role and X_Role would get the same key. Leave out headers that have an underscore in their name."
    yield environ.is_(post, key, value, hint)
    hint = "The request's version, not the server's: this client speaks HTTP/1.0."
    yield environ.is_("the same, with HTTP/1.0", "SERVER_PROTOCOL", "HTTP/1.0", hint)


def _heads(own: Own, name: str, key: str) -> Iterator[Observation]:
    """A head in pieces, and a long one."""
    head = f"GET /part/environ HTTP/1.1\r\nHost: tea.example\r\n{name}: in two pieces\r\nConnection: close\r\n\r\n"
    cut = head.index("two")
    did = "a head in two pieces, the second a moment later"
    hints = (
        "`recv` returns what is there, and that may be half a head.",
        "Read on until the empty line has come.",
    )
    with own.talk() as talk:
        talk.send(head[:cut].encode())
        try:
            early = talk.read_until(b"\r\n", timeout=0.05)  # nothing can come: the head is not complete
        except wire.WireError:
            early = talk.received
        talk.send(head[cut:].encode())
        try:
            told = _json(talk.answer()) if not early else None
        except wire.WireError as error:
            raise own.fails(did, "an answer when the head is complete", error, hints) from None
    if early or not told:
        saw = f"an answer after the first piece: {early[:40]!r}" if early else "another answer"
        yield observe(False, did, "an answer when the head is complete", saw, *hints)
    else:
        yield Environ(told).is_(did, key, "in two pieces", *hints)
    did, accents = f"{name}: thé café, the first é as two bytes of UTF-8, the second as one", "th\xc3\xa9 caf\xe9"
    latin = "Bytes of the head become text as latin-1: one character for each byte, whatever the byte."
    told = _environ(own, "GET", "/part/environ", [(name, accents)], did=did, hints=(latin,))
    yield told if isinstance(told, Observation) else Environ(told).is_(did, key, accents, latin)
    did, long = "a head of 32 KB", "leaves" * 5400
    hint = "Read until the empty line, however many pieces that takes."
    told = _environ(own, "GET", "/part/environ", [(name, long)], did=did, hints=(hint,))
    if isinstance(told, Observation):
        yield told
    else:
        text = Environ(told).text(key)
        saw = f"{len(text or '')} of {len(long)} characters"
        yield observe(text == long, did, "the whole value", saw, hint)


def _guests_see(own: Own, path: str, query: str) -> Iterator[Observation]:
    """The same in Flask's words, and in those of the shop."""
    leaf = path.partition("/")[0]
    answer = own.ask("GET", f"/flask/tea/{quote(leaf)}?cups=7", [("X-Agent", "lab02")])
    told = _json(answer) or f"{answer.status} {answer.text[:80]!r}"
    right = {"tea": leaf, "cups": "7", "agent": "lab02"}
    did = f"Flask: GET /flask/tea/{quote(leaf)}?cups=7, X-Agent: lab02"
    yield observe(told == right, did, right, told, "Flask reads the same environ. Which of its values is not right?")
    answer = own.ask("GET", "/go?to=/tea%3Fcups%3D2")
    saw = f"{answer.status}, Location: {answer.header('Location')}"
    right = answer.status == 303 and answer.header("Location") == "/tea?cups=2"
    hint = "The shop decodes the query itself: QUERY_STRING is as it came."
    yield observe(right, "the shop: GET /go?to=/tea%3Fcups%3D2", "303, Location: /tea?cups=2", saw, hint)


def _environ(
    own: Own,
    method: str,
    target: str,
    headers: Pairs,
    body: bytes = b"",
    *,
    version: str = "HTTP/1.1",
    did: str = "",
    hints: tuple[str, ...] = (),
) -> dict[str, Any] | Observation:
    """What the application was told, or an observation that says why that is not known."""
    did = did or f"{method} {target}"
    answer = own.ask(method, target, headers, body, version=version, did=did, hints=hints)
    told = _json(answer)
    if isinstance(told, dict) and "variables" in told:
        return told
    saw = f"{answer.status} {answer.reason}, {answer.body[:80]!r}{own.excuse(answer)}"
    hints = hints or (
        "The application answers 200 and JSON. What became of its status, its headers and its block?",
        "If it raised, the reason is in the server's log.",
    )
    return observe(False, did, "the application's answer: 200 OK and some JSON", saw, *hints)


def _json(answer: wire.Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


# --- the answer -----------------------------------------------------------------------------------------------------


@exercise("lab02/response", "What the client is sent", **SERVER)
def response(
    site: Site,
    *,
    status: str = "299 Rather Good",
    headers: Pairs = (("Content-Type", "text/x-tea"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")),
    blocks: Sequence[str] = ("green, ", "", "black"),
) -> Iterator[Observation]:
    """`headers`: with one that is there twice; `blocks`: one of them empty."""
    own = Own(site)
    start = ("start", status, [*headers])
    body = "".join(blocks)
    steps = [("block", text) for text in blocks]
    did = f"the application gave {status!r}, {len(headers)} headers and {list(blocks)}"
    answer = own.ask("GET", own.play(*steps, call=[start], list=True), did=did)
    yield _status(own, did, answer, status)
    yield _headers(did, answer, headers)
    yield observe(answer.text == body, did, f"the body {body!r}", f"{answer.text!r}", "All blocks, in their order.")
    yield (late := _late(own, start, body))
    if not late.holds:
        return  # most of what follows is a generator
    yield from _dates(own, did, answer)
    yield from _framing(own, start, blocks, body)
    yield from _bodyless(own, body)
    yield from _deferred(own, blocks)
    yield from _at_once(own, start)
    yield from _lengths(own)
    yield _kept_open(own, body)
    yield from _guests_answer(own)


def _late(own: Own, start: tuple[Any, ...], body: str) -> Observation:
    did = "a generator that calls start_response with its first block"
    hint = "Do not look for the status before you have asked for a block."
    answer = own.ask("GET", own.play(start, ("block", body)), did=did, may_break=True, hints=(hint,))
    saw = f"{answer.status} {answer.reason}{own.excuse(answer)}"
    return observe(saw == start[1], did, start[1], saw, hint)


def _status(own: Own, did: str, answer: wire.Answer, status: str) -> Observation:
    saw = f"{answer.version} {answer.status} {answer.reason}{own.excuse(answer)}"
    hints = ("The status line is HTTP/1.1, a space, and the application's status as it is.",)
    if answer.version != "HTTP/1.1":
        hints = ("Your server speaks HTTP/1.1: chunks, for one, do not exist in HTTP/1.0.",)
    return observe(saw == f"HTTP/1.1 {status}", did, f"HTTP/1.1 {status}", saw, *hints)


def _headers(did: str, answer: wire.Answer, headers: Pairs) -> Observation:
    names = {name.lower() for name, _ in headers}
    saw = [(name, value) for name, value in answer.headers if name.lower() in names]
    right = [(n.lower(), v) for n, v in saw] == [(n.lower(), v) for n, v in headers]
    hint = "Every header as the application gave it, in its order. A dict keeps one of two that have the same name."
    return observe(right, did, f"{list(headers)}", f"{saw}", hint)


DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\Z")


def _dates(own: Own, did: str, answer: wire.Answer) -> Iterator[Observation]:
    dates = answer.all("Date")
    hints = (
        "The application gave no Date; HTTP wants one (RFC 9110, section 6.6.1).",
        "email.utils.formatdate writes it, with usegmt=True.",
    )
    right, saw = len(dates) == 1 and DATE.match(dates[0]), f"Date: {', '.join(dates)}" if dates else "no Date"
    if right and (off := abs(parsedate_to_datetime(dates[0]).timestamp() - time.time())) > 60:
        right, saw = False, f"{saw}, which is {off / 3600:.1f} hours off"
        hints = (
            "The Date of an answer is the time at which it is made.",
            "GMT has one clock for all places: time.gmtime, or email.utils.formatdate(usegmt=True).",
        )
    yield observe(right, did, "one Date header with the time of now, like Sun, 06 Nov 1994 08:49:37 GMT", saw, *hints)
    old = "Thu, 01 Jan 2026 00:00:00 GMT"
    path = own.play(("block", "old"), call=[("start", "200 OK", [TEXT, ("dATE", old)])], list=True)
    answer = own.ask("GET", path, did="the application gave dATE: 01 Jan 2026")
    hint = "Before you add a header, look whether the application gave it. Capitals mean nothing in a header's name."
    saw = f"Date: {answer.all('Date')}"
    yield observe(answer.all("Date") == [old], "the application gave dATE: 01 Jan 2026", f"Date: [{old!r}]", saw, hint)


def _framing(own: Own, start: tuple[Any, ...], blocks: Sequence[str], body: str) -> Iterator[Observation]:
    size = len(body)
    sized = ("start", start[1], [*start[2], ("Content-Length", str(size))])
    answer = own.ask(
        "GET",
        own.play(*[("block", b) for b in blocks], call=[sized]),
        did=f"the application gave Content-Length: {size}",
    )
    right = answer.framing == "length" and answer.text == body and len(answer.all("Content-Length")) == 1
    hints = ("The length is known: no chunks, and the header once.",)
    did = f"the application gave Content-Length: {size}"
    yield observe(right, did, f"Content-Length: {size}, once, and no chunks", _shape(answer), *hints)

    path = own.play(*[("block", b) for b in blocks], call=[start])
    answer = own.ask("GET", path, did="an iterable without a length, to a client of HTTP/1.1", may_break=True)
    right = answer.framing == "chunked" and answer.complete and answer.text == body
    hints = (
        "Nobody knows the length before the last block. HTTP/1.1 has chunks for that.",
        "Each block: its size in hexadecimal, CR LF, the block, CR LF. At the end 0, CR LF, CR LF.",
    )
    if answer.framing == "length":
        hints = ("To count the bytes you had to wait for the last block. A client may want the first one earlier.",)
    elif answer.framing == "chunked":
        hints = ("An empty block would be a chunk of size 0, and that ends the body. Leave empty blocks out.",)
    did = "an iterable without a length, to a client of HTTP/1.1"
    yield observe(right, did, f"chunks with {body!r}", _shape(answer), *hints)

    path = own.play(*[("block", b) for b in blocks], call=[start])
    answer = own.ask("GET", path, version="HTTP/1.0", did="the same, to a client of HTTP/1.0")
    right = answer.framing in ("close", "length") and answer.text == body
    hint = "HTTP/1.0 knows no chunks: there the end of the connection is the end of the body."
    if right and answer.version != "HTTP/1.1":
        hint = "The version in an answer is the server's own. A client of HTTP/1.0 reads HTTP/1.1 as well."
    right = right and answer.version == "HTTP/1.1"
    saw = f"{answer.version}, {_shape(answer)}"
    yield observe(right, "the same, to a client of HTTP/1.0", "HTTP/1.1, and no chunks", saw, hint)

    answer = own.ask(
        "GET", own.play(call=[("start", "200 OK", [TEXT])], list=True), did="an empty list, to a client of HTTP/1.1"
    )
    right = answer.status == 200 and not answer.body and answer.framing != "close"
    hint = "No block ever comes, and the headers have to leave all the same; then the client must see an end."
    did = "an empty list, to a client of HTTP/1.1"
    yield observe(right, did, "200, Content-Length: 0 (or the last chunk alone)", _shape(answer), hint)


def _shape(answer: wire.Answer) -> str:
    """Status and framing of an answer for the reader."""
    how = {
        "length": f"Content-Length: {', '.join(answer.all('Content-Length'))}",
        "chunked": f"chunks {answer.chunks}",
        "close": "the end of the connection",
        "none": "its head",
    }[answer.framing]
    after = f", then {answer.extra[:40]!r}" if answer.extra else ""
    why = f" ({answer.why})" if answer.why else ""
    return f"{answer.status}, body {answer.body[:60]!r}, ending by {how}{why}{after}"


def _bodyless(own: Own, body: str) -> Iterator[Observation]:
    size = str(len(body))
    call = [("start", "200 OK", [TEXT, ("Content-Length", size)])]
    answer = own.ask("HEAD", own.play(("block", body), call=call, list=True), did="HEAD; the application gave a block")
    right = not answer.extra and answer.all("Content-Length") == [size]
    saw = f"Content-Length: {answer.all('Content-Length')}, then {answer.extra[:60]!r}"
    hints = ("The application gave a body. The answer to HEAD has none: drop the blocks, send the head.",)
    did = f"HEAD; the application gave Content-Length: {size} and a block"
    yield observe(right, did, f"Content-Length: {size}, and no byte after the head", saw, *hints)
    did = "HEAD; the application gave a block, and no length"
    answer = own.ask("HEAD", own.play(_START, ("block", body)), did=did)
    saw = f"{answer.status}, then {answer.extra[:60]!r}{own.excuse(answer)}"
    yield observe((answer.status, answer.extra) == (200, b""), did, "200, and no byte after the head", saw, *hints)
    for status, blocks in product(("204 No Content", "304 Not Modified"), ([], [("block", body)])):
        did = f"{status}, {'and a block all the same' if blocks else 'no block'}"
        answer = own.ask("GET", own.play(*blocks, call=[("start", status, [])], list=True), did=did)
        framing = [
            n
            for n, _ in answer.headers
            if n.lower() == "transfer-encoding" or (n.lower(), status[0]) == ("content-length", "2")
        ]
        saw = f"{', '.join(framing) or 'no framing'}, {answer.extra[:60]!r} after the head{own.excuse(answer)}"
        right = str(answer.status) == status[:3] and not framing and not answer.extra
        hint = "An answer with 204 or 304 ends with its head: no chunks, not even the last one, and no length of 0."
        yield observe(right, did, f"{status[:3]}, a head and nothing else", saw, hint)


def _deferred(own: Own, blocks: Sequence[str]) -> Iterator[Observation]:
    changed = ("again", "503 Changed My Mind", [TEXT])
    steps = [("start", "200 OK", [TEXT, ("X-First", "yes")]), ("block", ""), changed, ("block", blocks[0])]
    did = "start_response('200 OK'), an empty block, start_response('503 ...', exc_info), a block"
    hints = (
        "start_response sends nothing, and neither does an empty block: the application may change its mind.",
        "Send the headers with the first block that is not empty, and not before.",
    )
    answer = own.ask("GET", own.play(*steps), did=did, may_break=True, hints=hints)
    right = answer.status == 503 and answer.header("X-First") is None
    saw = f"{answer.status} {answer.reason}" + (", with X-First of the first call" if answer.header("X-First") else "")
    saw += own.excuse(answer)
    yield observe(right, did, "503 Changed My Mind, without X-First", saw, *hints)


def _at_once(own: Own, start: tuple[Any, ...]) -> Iterator[Observation]:
    """A block leaves before the next is asked for, also one that was given to write()."""
    one, two = ("block", "one, "), ("block", "two")
    cases = [
        ("the second block is made after the client has the first", {"blocks": (start, one, ("wait", "go"), two)}),
        (
            "write(b'one, '), which must have left before the call goes on",
            {"blocks": (two,), "call": [start, one, ("wait", "go")]},
        ),
    ]
    for did, book in cases:
        path = own.play(*book["blocks"], call=book.get("call", ()))
        with own.talk() as talk:
            talk.send(get(path))
            try:
                talk.read_until(b"one, ", QUIET)
                saw = "it came"
            except wire.WireError as error:
                saw = str(error) if not isinstance(error, wire.NoAnswer) else f"no byte of it within {QUIET:g} s"
            own.site.allow("go")
            try:
                answer = talk.answer()
            except wire.WireError as error:
                raise own.fails(did, "both blocks", error) from None
        hints = (
            "What holds the first block back: a list, a join, a buffer that is not full?",
            "Ask for a block, send it, ask for the next.",
        )
        if book.get("call"):
            hints = ("`write` sends its bytes, with the headers before them, before it returns.",)
        yield observe(saw == "it came", did, "the first block comes at once", saw, *hints)
        if answer.body != b"one, two":
            hint = "What write() was given comes first, then the blocks."
            yield observe(False, did, "the body b'one, two'", _shape(answer), hint)
            return


def _lengths(own: Own) -> Iterator[Observation]:
    """A Content-Length that does not agree with the blocks."""
    five = ("start", "200 OK", [TEXT, ("Content-Length", "5")])
    hints = (
        "The client takes what comes after 5 bytes for the beginning of the next answer.",
        "Count what you have sent: of each block, only what is left of the 5 bytes goes out.",
    )
    blocks = [("block", "hel"), ("block", "lo a"), ("block", "nd")]
    for did, book in (
        ("Content-Length: 5, and the blocks 'hel', 'lo a', 'nd'", {"blocks": blocks, "call": [five]}),
        ("the same, given to write()", {"blocks": [], "call": [five, *blocks]}),
    ):
        path = own.play(*book["blocks"], call=book["call"])
        answer = own.ask("GET", path, did=did, may_break=True, hints=hints)
        saw = f"{answer.body!r}, then {repr(answer.extra[:40]) if answer.extra else 'nothing'}{own.excuse(answer)}"
        yield observe(answer.body == b"hello" and not answer.extra, did, "b'hello', then nothing", saw, *hints)
    path = own.play(("block", "hello"), call=[("start", "200 OK", [TEXT, ("Content-Length", "10")])])
    with own.talk() as talk:
        talk.send(get(path))
        try:
            talk.read_until(b"hello")
            ended = talk.wait_closed(QUIET)
        except wire.WireError as error:
            raise own.fails("Content-Length: 10, and 5 bytes", "the 5 bytes", error) from None
    hint = "The client waits for five more bytes. Close the connection, so that it learns that they will not come."
    saw = "the connection was closed" if ended else f"the connection was still open after {QUIET:g} s"
    yield observe(ended, "Content-Length: 10, and 5 bytes of blocks", "the connection is closed", saw, hint)


def _kept_open(own: Own, body: str) -> Observation:
    """A connection that is not announced to be closed takes a second request."""
    did = "two requests on one connection"
    with own.talk() as talk:
        try:
            talk.send(get("/health"))
            first = talk.answer()
            if "close" in (first.header("Connection") or "").lower():
                return observe(True, did, "an answer to each, or Connection: close in the first", "Connection: close")
            talk.send(get("/health"))
            saw = f"answers {first.status} and {talk.answer().status}"
            right = saw == "answers 200 and 200"
        except wire.WireError as error:
            saw, right = f"no Connection: close in the first answer, and to the second request: {error}", False
    hint = "With HTTP/1.1 a connection stays open. A server that closes it says so: Connection: close."
    return observe(right, did, "an answer to each, or Connection: close in the first", saw, hint)


def _guests_answer(own: Own) -> Iterator[Observation]:
    answer = own.ask("GET", "/rows")
    rows = "green tea: 12\nblack tea: 4\nmaté: 30\n"
    yield observe(answer.text == rows, "the streaming guest: GET /rows", rows, _shape(answer), "Three blocks in UTF-8.")
    answer = own.ask("HEAD", "/flask/tea/green")
    saw = f"{answer.status}, {len(answer.extra)} bytes after the head"
    yield observe((answer.status, answer.extra) == (200, b""), "Flask: HEAD /flask/tea/green", "200 and a head", saw)


# --- errors ---------------------------------------------------------------------------------------------------------


@exercise("lab02/errors", "What goes wrong inside", **SERVER)
def errors(
    site: Site,
    *,
    secret: str = "the kettle is empty",
    status: str = "503 Kettle Empty",
    control: tuple[str, str] = ("\r\n", "\n"),
) -> Iterator[Observation]:
    """`secret`: what the application says when it fails; `status`: what it says when it notices itself.

    `control`: control characters for a status and for a header.
    """
    own = Own(site)
    yield from _fails_early(own, secret)
    for row in _fails_late(own, secret):
        yield row
        if STILL_WAITS in row.hints:
            return  # each further broken answer would be waited for as long
    yield from _twice(own)
    yield from _with_exc_info(own, status)
    yield from _refused(own, control)
    yield from _closes(own)


_START = ("start", "200 OK", [TEXT])


def _fails_early(own: Own, secret: str) -> Iterator[Observation]:
    """Before anything was sent: 500, a log, and the next request."""
    cases = [
        ("the application raised inside the call", {"call": [("fail", secret)]}),
        ("start_response('200 OK'), then the application raised", {"call": [_START, ("fail", secret)]}),
        (
            "start_response('200 OK') and an empty block, then the iterable raised",
            {"steps": (_START, ("block", ""), ("fail", secret))},
        ),
    ]
    logged = True
    for did, book in cases:
        before = len(own.site.server.log)
        path = own.play(*book.get("steps", ()), call=book.get("call", ()))
        answer = own.ask("GET", path, did=did, may_break=True)
        told = [word for word in ("Traceback", secret, "PartError") if word in answer.text]
        saw = f"{answer.status} {answer.reason}" + (f", and the client reads {told[0]!r}" if told else "")
        hints = ["No header has left yet: the answer can still become 500 Internal Server Error."]
        if told:
            hints = ["What failed, and where, is for the log. The client gets 500 and a sentence of yours."]
        yield observe(
            answer.status == 500 and not told and answer.complete, did, "500, and nothing of the error", saw, *hints
        )
        logged = logged and own.wait_for(lambda: secret in own.site.server.log[before:])  # noqa: B023
    log = own.site.server.log
    right = logged and "Traceback" in log
    saw = "the traceback of each failure" if right else f"the log ends: {log[-60:]!r}" if log else "nothing"
    hint = "The traceback belongs into wsgi.errors or onto stderr: traceback.print_exc() writes it."
    yield observe(right, "the server's log after these", "the traceback of each failure", saw, hint)
    answer = own.ask("GET", "/health")
    yield observe(answer.status == 200, "GET /health after that", "200", f"{answer.status} {answer.reason}")
    answer = own.ask(
        "GET", own.play(("block", "no start"), list=True), did="start_response was never called", may_break=True
    )
    hint = "A block came, and there is no status: that is an error of the application, too."
    yield observe(
        answer.status == 500, "start_response was never called", "500", f"{answer.status} {answer.reason}", hint
    )


def _fails_late(own: Own, secret: str) -> Iterator[Observation]:
    """After the first block: the client must see that something is missing."""
    did = "a block, then the iterable raised"
    answer = own.ask("GET", own.play(_START, ("block", "one, "), ("fail", secret)), did=did, may_break=True)
    right = _broke_off(answer) and answer.body == b"one, " and secret not in answer.text
    hints = (
        "200 OK has left. What is missing can be seen only if the answer does not end as it should.",
        "No last chunk after a failure: close the connection instead.",
    )
    if b"HTTP/1." in answer.raw[9:]:
        hints = ("A second status line inside the body: once the headers have left, there is no 500 any more.",)
    elif answer.status == 500:
        hints = ("The first block was held back: it leaves before the next is asked for.",)
    elif "within" in answer.why:
        hints = (STILL_WAITS, "The answer breaks off: that is what the end of the connection tells the client.")
    elif answer.framing == "close":
        hints = ("Only the end of the connection ends this body, so a failure looks like the end. Send chunks.",)
    yield observe(right, did, "200, the block, and no proper end", _shape(answer), *hints)


STILL_WAITS = "The client still waits. Close the connection."


def _broke_off(answer: wire.Answer) -> bool:
    """Whether the client could see that the answer is not whole: the connection ended, and the body had not."""
    return not answer.complete and "connection ended" in answer.why


def _twice(own: Own) -> Iterator[Observation]:
    did = "start_response called twice, without exc_info"
    path = own.play(("block", "x"), call=[_START, ("start", "202 Accepted", [TEXT])], list=True)
    answer = own.ask("GET", path, did=did, may_break=True)
    refused = own.notes("refused")
    saw = f"it raised {refused[0]['type']}; {answer.status}" if refused else f"the call was accepted; {answer.status}"
    hints = ("A second call is an error of the application, unless it brings exc_info: raise an exception.",)
    if not refused and answer.status == 500:
        hints = ("The client got 500, and the application was not told: raise inside start_response.",)
    yield observe(refused and answer.status == 500, did, "the second call raises; 500", saw, *hints)


def _with_exc_info(own: Own, status: str) -> Iterator[Observation]:
    did = f"start_response('200 OK', X-First), then {status!r} with exc_info"
    first = ("start", "200 OK", [TEXT, ("X-First", "yes")])
    again = ("again", status, [TEXT, ("X-Second", "yes")])
    answer = own.ask("GET", own.play(("block", "sorry"), call=[first, again], list=True), did=did, may_break=True)
    saw = f"{answer.status} {answer.reason}, {[n for n, _ in answer.headers if n.startswith('X-')]}, {answer.body!r}"
    right = f"{answer.status} {answer.reason}" == status and "X-First" not in saw and "X-Second" in saw
    hints = ("Nothing has been sent: the second call takes the place of the first, status and headers.",)
    if own.notes("raised"):
        hints = ("It raised, though nothing had been sent. With exc_info the call is allowed until the headers leave.",)
    elif "X-First" in saw and "X-Second" in saw:
        hints = ("The old headers are still there beside the new: replace the list, do not extend it.",)
    yield observe(right and answer.body == b"sorry", did, f"{status}, X-Second alone, b'sorry'", saw, *hints)

    did = f"a block, then start_response({status!r}, exc_info)"
    answer = own.ask(
        "GET",
        own.play(_START, ("block", "one, "), ("again", status, [TEXT]), ("block", "TWO")),
        did=did,
        may_break=True,
    )
    raised = own.notes("raised")
    saw = f"it raised {raised[0]['type']}" if raised else "it raised nothing"
    saw += f"; {_shape(answer)}"
    right = raised and raised[0]["same"] and _broke_off(answer)
    hints = (
        "The headers have left. start_response raises the exception that it was given, with its traceback.",
        "exc_info is (type, value, traceback): raise exc_info[1].with_traceback(exc_info[2]).",
    )
    if raised and raised[0]["same"] and "within" in answer.why:
        hints = (STILL_WAITS,)
    elif raised and raised[0]["same"]:
        hints = ("It raised as it should. The answer must break off then: no last chunk.",)
    elif raised:
        hints = ("Raise the very exception that you were given, not one of your own.",)
    yield observe(right, did, "it raises the PartError it was given; the answer breaks off", saw, *hints)


HOP_BY_HOP = (
    ("Connection", "X-Tea"),
    ("transfer-encoding", "gzip, chunked"),
    ("Keep-Alive", "timeout=5"),
    ("TE", "trailers"),
    ("trailer", "X-Tea"),
    ("Upgrade", "tea/4"),
    ("proxy-authenticate", "Basic"),
    ("Proxy-Authorization", "Basic"),
)


def _refused(own: Own, control: tuple[str, str]) -> Iterator[Observation]:
    """What an application must not give."""
    start = ("start", "200 OK", [TEXT])
    hint = "Look at the type before you send: bytes, and nothing else."
    yield _not_sent(own, "the block 'no bytes', a str", (start, ("give", "text")), hint)
    hints = (
        "Connection, Transfer-Encoding and the like are between server and client: refuse them (list in the task).",
        "There are eight of them, and capitals mean nothing in a header's name.",
    )
    for name, value in HOP_BY_HOP:
        row = _not_sent(own, f"a header {name}: {value} from the application", _with_header(name, value), *hints)
        if not row.holds:
            break
    else:
        row = replace(row, did=f"from the application: {', '.join(name for name, _ in HOP_BY_HOP)}, one at a time")
    yield row
    hints = (
        "Look for characters below the space in names, values and the status before you write them.",
        "Not only CR LF together: many clients take a lone LF for the end of a line, too.",
    )
    ends, other = control
    for did, steps in (
        (f"a header value with {ends!r} in it", _with_header("X-Tea", f"green{ends}X-Forged: yes")),
        (f"a header value with {other!r} in it", _with_header("X-Tea", f"green{other}X-Forged: yes")),
        ("a header value with '\\x00' in it", _with_header("X-Tea", "gr\x00en")),
        (f"a header name with {other!r} in it", _with_header(f"X-Tea{other}X-Forged", "yes")),
        (f"a status with {ends!r} in it", (("start", f"200 OK{ends}X-Forged: yes", [TEXT]), ("block", "x"))),
        (f"a status with {other!r} in it", (("start", f"200 OK{other}X-Forged: yes", [TEXT]), ("block", "x"))),
    ):
        yield _not_sent(own, did, steps, *hints)


def _with_header(name: str, value: str) -> tuple[tuple[Any, ...], ...]:
    return ("start", "200 OK", [TEXT, (name, value)]), ("block", "x")


def _not_sent(own: Own, did: str, steps: tuple[tuple[Any, ...], ...], *hints: str) -> Observation:
    """What the application gives in these steps makes the answer 500, and the application is told by an exception."""
    path = own.play(*steps)
    try:
        answer = wire.exchange(own.site.server.url, target=path, timeout=QUIET)
    except wire.NoAnswer as error:
        raise own.fails(did, "500", error) from None
    except wire.WireError as error:  # the very thing that was not to be sent
        return observe(False, did, "500", f"it was sent: {error}", *hints)
    saw = f"{answer.status} {answer.reason}"
    if answer.status == 200:
        sent = [name for name, value in HOP_BY_HOP if f"header {name}:" in did and value in answer.all(name)]
        if answer.header("X-Forged"):
            saw += ", and a header X-Forged: yes that nobody gave"
        elif sent or answer.body and "block" in did:
            saw += ": it was sent"
        else:
            saw += f", without the {'block' if 'block' in did else 'header'}; the application was not told"
    return observe(answer.status == 500, did, "500", saw, *hints)


def _closes(own: Own) -> Iterator[Observation]:
    """close() of the iterable, once, whatever happened."""
    cases = [
        ("an iterable read to its end", (_START, ("block", "one"))),
        ("an iterable that raised after a block", (_START, ("block", "one"), ("fail", "no more"))),
        ("an iterable that raised before its first block", (("fail", "nothing"),)),
        ("an iterable to a client that hung up after the first bytes", (_START, ("flood", 400))),
    ]
    for did, steps in cases:
        path = own.play(*steps)
        with own.talk() as talk:
            talk.send(get(path, "Connection: close"))
            try:
                talk.read_until(b"xxxx" if "hung up" in did else b"\r\n\r\n")
                if "hung up" in did:
                    talk.abort()
                else:
                    talk.wait_closed(QUIET)
            except wire.WireError as error:
                raise own.fails(did, "an answer", error) from None
        own.wait_for(lambda: own.notes("closed"))
        count = len(own.notes("closed"))
        saw = "once" if count == 1 else f"{count} times" if count else "it was not called"
        hints = (
            "PEP 3333: if the iterable has a method close(), the server calls it when the request is over, in any case.",
            "A `finally` is run in any case.",
        )
        if count == 1 and own.notes("exhausted") and "hung up" in did:
            saw, count = "once, after the application had made 25 MB for nobody", 2
            hints = ("Sending to a client that is gone raises OSError. That ends the request.",)
        yield observe(count == 1, f"close() of {did}", "called once", saw, *hints)
    answer = own.ask("GET", "/health")
    yield observe(answer.status == 200, "GET /health after that", "200", f"{answer.status} {answer.reason}")


# --- the request's body ---------------------------------------------------------------------------------------------


@exercise("lab02/body", "What a client uploads", **SERVER)
def body(
    site: Site,
    *,
    lines: Sequence[str] = ("two cups\n", "of green tea\n", "and a spoon"),
    chunks: Sequence[str] = ("first ", "flush\r\n0\r\n", "of spring"),
) -> Iterator[Observation]:
    """`lines`: three, the last without its end; `chunks`: one has what looks like the end of the chunks."""
    own = Own(site)
    yield from _bounded(own, lines)
    yield from _in_pieces(own, lines)
    yield from _without(own)
    yield from _decoded(own, chunks)
    yield from _expected(own)
    yield from _unread(own)
    yield from _uploads(own, chunks)


def _read(
    own: Own,
    did: str,
    raw: Sequence[bytes],
    steps: Sequence[tuple[Any, ...]],
    hints: tuple[str, ...],
    pause: bool = False,
) -> list[str]:
    """Send a request of our own bytes; the application reads as the steps say. Returns what it read, as reprs."""
    own.play(_START, *steps, ("reads",))
    with own.talk() as talk:
        for number, piece in enumerate(raw):
            if number and pause:
                own.wait_for(lambda: own.notes("read"), 0.15)
            talk.send(piece)
        try:
            answer = talk.answer("POST", timeout=QUIET)
        except wire.WireError as error:
            raise own.fails(did, "an answer", error, hints if isinstance(error, wire.NoAnswer) else ()) from None
    told = _json(answer)
    if not isinstance(told, list):
        raise own.fails(did, "200, and what the application read", f"{answer.status} {answer.reason}", hints)
    return told


def _post(*lines: str, path: str = "/part/play", version: str = "1.1") -> bytes:
    return get(path, *lines, method="POST", version=version)


WAITS = (
    "wsgi.input ends after CONTENT_LENGTH bytes: then every read returns b'' at once, and does not wait for the client.",
    "Put an object between the connection and the application that counts the bytes that are left.",
)


def _bounded(own: Own, lines: Sequence[str]) -> Iterator[Observation]:
    data = "".join(lines).encode()
    steps = [
        ("read", "readline"),
        ("read", "read", 3),
        ("read", "next"),
        ("read", "read", 1000),
        ("read", "read", 10),
        ("read", "read"),
    ]
    second = lines[1].encode()
    right = [lines[0].encode(), second[:3], second[3:], lines[2].encode(), b"", b""]
    did = f"POST of {len(data)} bytes; readline(), read(3), next(), read(1000), read(10), read()"
    told = _read(own, did, [_post(f"Content-Length: {len(data)}") + data], steps, WAITS)
    yield observe(told == [repr(r) for r in right], did, f"{right}", ", ".join(told), *WAITS)
    did = f"POST of {len(data)} bytes, and a second request right behind it; read()"
    more = [_post(f"Content-Length: {len(data)}") + data + get("/health")]
    told = _read(own, did, more, [("read", "read")], WAITS)
    yield observe(
        told == [repr(data)], did, repr(data), ", ".join(told), "Bytes of the next request are not this one's."
    )
    told = _read(own, "readlines()", [_post(f"Content-Length: {len(data)}") + data], [("read", "readlines")], WAITS)
    right = [repr([line.encode() for line in lines])]
    yield observe(
        told == right, "the same, readlines()", right[0], ", ".join(told), "A list of lines, each with its end."
    )


def _in_pieces(own: Own, lines: Sequence[str]) -> Iterator[Observation]:
    data = "".join(lines).encode()
    half = len(data) // 2
    head = _post(f"Content-Length: {len(data)}")
    did = f"POST of {len(data)} bytes in two pieces, the second a moment later; read({len(data)})"
    hints = (
        "`recv` returns what is there. read(n) is to return n bytes, unless the body ends before.",
        "Ask again until you have them all.",
    )
    told = _read(own, did, [head + data[:half], data[half:]], [("read", "read", len(data))], hints, pause=True)
    yield observe(told == [repr(data)], did, repr(data), ", ".join(told), *hints)


def _without(own: Own) -> Iterator[Observation]:
    did = "GET without a body; read()"
    told = _read(own, did, [get("/part/play")], [("read", "read")], WAITS)
    yield observe(told == ["b''"], did, "b''", ", ".join(told), *WAITS)


def _decoded(own: Own, chunks: Sequence[str]) -> Iterator[Observation]:
    blocks = [chunk.encode() for chunk in chunks]
    sent = b"".join(b"%X;tea=green\r\n%b\r\n" % (len(b), b) for b in blocks) + b"0\r\nX-Trailer: x\r\n\r\n"
    data = b"".join(blocks)
    did = f"POST in {len(blocks)} chunks, with extensions and a trailer; the application read up to CONTENT_LENGTH"
    hints = (
        "Take the chunks apart before the application reads: size, CR LF, that many bytes, CR LF; 0, trailers, CR LF.",
        "Then the application must find the end: set CONTENT_LENGTH when the body is whole, or wsgi.input_terminated.",
    )
    got, length, ends = _read(own, did, [_post("Transfer-Encoding: chunked") + sent], [("whole",)], hints)
    saw = f"{got}, with CONTENT_LENGTH {length}, wsgi.input_terminated {ends}"
    yield observe(got == repr(data), did, repr(data), saw, *hints)


def _expected(own: Own) -> Iterator[Observation]:
    data = b"two cups"
    did = "POST with Expect: 100-continue; we wait before we send the body"
    own.play(_START, ("whole",), ("reads",))
    hints = (
        "This client waits for HTTP/1.1 100 Continue and an empty line before it sends the body.",
        "Send it when the application reads for the first time, or before you call it.",
    )
    with own.talk() as talk:
        talk.send(_post("Content-Length: 8", "Expect: 100-continue"))
        try:
            begin = talk.read_until(b"\r\n\r\n", QUIET)
        except wire.WireError as error:
            begin = str(error).encode()
        talk.send(data)
        try:
            answer = talk.answer("POST")
        except wire.WireError as error:
            raise own.fails(did, "100 Continue, then an answer", error, hints) from None
    right = answer.interim == [100] and (_json(answer) or [""])[0] == repr(data)
    saw = f"{begin[:40].decode('latin-1')!r}, then {answer.status}, the application read {(_json(answer) or ['?'])[0]}"
    yield observe(right, did, "100 Continue, then 200 and the whole body", saw, *hints)
    for version, line in (("1.1", "X-Note: no expectation"), ("1.0", "Expect: 100-continue")):
        own.play(_START, ("whole",), ("reads",))
        with own.talk() as talk:
            talk.send(_post("Content-Length: 8", line, version=version) + data)
            try:
                answer = talk.answer("POST")
            except wire.WireError as error:
                raise own.fails(f"POST without a wish for 100, HTTP/{version}", "an answer", error) from None
        did = f"POST with HTTP/{version}, {line}"
        hint = "100 Continue is for clients of HTTP/1.1 that ask for it. Others take it for the answer."
        first = ", ".join(map(str, answer.interim)) or "nothing"
        yield observe(not answer.interim, did, "no 100", f"{first} before {answer.status}", hint)


def _unread(own: Own) -> Iterator[Observation]:
    """A body that the application does not read is no next request, and no reason to keep the client waiting."""
    data = b"nobody reads this"
    bodies = {
        f"{len(data)} bytes": _post(f"Content-Length: {len(data)}") + data,
        "one chunk": _post("Transfer-Encoding: chunked") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data),
    }
    for size, raw in bodies.items():
        did = f"POST of {size} that the application does not read, then GET /health on the same connection"
        expected = "200 and 200, or Connection: close in the first answer"
        own.play(_START, ("block", "unread"))
        with own.talk() as talk:
            talk.send(raw)
            try:
                first = talk.answer("POST", QUIET)
            except wire.WireError as error:
                raise own.fails(did, expected, error) from None
            if "close" in (first.header("Connection") or "").lower():
                saw, right = f"{first.status}, Connection: close", first.status == 200
            else:
                talk.send(get("/health"))
                try:
                    second = talk.answer("GET", QUIET)
                    saw, right = f"{first.status} and {second.status}", (first.status, second.status) == (200, 200)
                except wire.WireError as error:
                    saw, right = f"{first.status}, and to the second request: {error}", False
        hints = (
            "The body of the first request is still in the connection when the second one is read.",
            "Read what the application has left unread, or close the connection and say so.",
        )
        yield observe(right, did, expected, saw, *hints)


def _uploads(own: Own, chunks: Sequence[str]) -> Iterator[Observation]:
    data = "".join(chunks).encode() * 40_000
    told = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    answer = own.ask("POST", "/upload", body=data, did=f"POST /upload of {len(data)} bytes")
    did = f"the uploading guest: POST /upload of {len(data)} bytes"
    yield observe(_json(answer) == told, did, f"{told}", f"{_json(answer)}", "Does every byte arrive, once?")
    big = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in (data[:100_000], data[100_000:])) + b"0\r\n\r\n"
    answer = own.ask(
        "POST", "/upload", [("Transfer-Encoding", "chunked")], big, did=f"POST /upload of {len(data)} bytes in chunks"
    )
    yield observe(
        _json(answer) == told, f"{did} in chunks", f"{told}", f"{_json(answer)}", "Does every byte arrive, once?"
    )
    answer = own.ask(
        "POST", "/flask/order", [("Content-Type", "application/x-www-form-urlencoded")], b"tea=m%C3%A1te&cups=2"
    )
    saw = f"{answer.status} {_json(answer)}"
    hint = "Flask reads CONTENT_TYPE, CONTENT_LENGTH and wsgi.input. Which of them is not right?"
    right = answer.status == 201 and _json(answer) == {"tea": "máte", "cups": "2"}
    yield observe(right, "Flask: a form to /flask/order", "201 and {'tea': 'máte', 'cups': '2'}", saw, hint)
    answer = own.ask("POST", "/notes", body=chunks[0].encode())
    yield observe(
        answer.status == 201,
        "the shop: POST /notes",
        "201 Created",
        f"{answer.status} {answer.reason}",
        "The shop reads CONTENT_LENGTH bytes.",
    )


# --- rude clients ---------------------------------------------------------------------------------------------------

_H = "Host: tea.example\r\n"
PLACES = {  # where the broken part of a request stands
    "line": "%s\r\n" + _H + "\r\n",
    "host": "GET /health HTTP/1.1\r\nX-Tea: green\r\n%s\r\n",
    "header": "GET /health HTTP/1.1\r\n" + _H + "%s\r\n\r\n",
    "length": "POST /upload HTTP/1.1\r\n" + _H + "%s\r\n\r\nab",
    "coding": "POST /upload HTTP/1.1\r\n" + _H + "%s\r\n\r\n3\r\ntea\r\n0\r\n\r\n",
    "chunks": "POST /upload HTTP/1.1\r\n" + _H + "Transfer-Encoding: chunked\r\n\r\n%s\r\n0\r\n\r\n",
}
BAD: Sequence[tuple[str, str, str]] = (
    ("line", "a first line of two parts", "GET /health"),
    ("line", "a first line with two spaces", "GET  /health HTTP/1.1"),
    ("line", "a first line whose target begins with no slash", "GET health HTTP/1.1"),
    ("line", "a version that is not HTTP/1", "GET /health HTTP/2.0"),
    ("header", "a space before a colon", "X-Tea : green"),
    ("header", "a name that is none", "X(Tea): green"),
    ("header", "a line without a colon", "green tea"),
    ("header", "a line that begins with a space", "X-Tea: green\r\n and black"),
    ("header", "a control character in a value", "X-Tea: gr\x0ben"),
    ("host", "no Host", ""),
    ("host", "two Hosts", "Host: tea.example\r\nHost: tea.example\r\n"),
    ("length", "a Content-Length that is no number", "Content-Length: two"),
    ("length", "a Content-Length that int() would take", "Content-Length: 0_2"),
    ("length", "two that differ: Content-Length", "Content-Length: 2\r\nContent-Length: 1"),
    ("coding", "Content-Length and Transfer-Encoding", "Content-Length: 13\r\nTransfer-Encoding: chunked"),
    ("coding", "an unknown coding", "Transfer-Encoding: gzip, chunked"),
    ("chunks", "a chunk size that is no number", "tea"),
    ("chunks", "a chunk size that int(size, 16) would take", "0x3\r\ntea"),
    ("chunks", "a chunk without CR LF after it", "3\r\ntea and more"),
)
WHY = {
    "first line": "Method, target and version, with one space between them, and a target that begins with a slash.",
    "version": "HTTP/1.1 or HTTP/1.0, and nothing else.",
    "line that begins": "Old clients folded long values into a second line; RFC 9112 lets you refuse that.",
    "space": "What stands before the colon must be a name: letters, digits and a few signs, and no space.",
    "name": "What stands before the colon is made of letters, digits and the signs that the task lists, at least one.",
    "line": "Every line has a name, a colon and a value.",
    "host": "With HTTP/1.1 a Host belongs to every request, once.",
    "content-length": "Digits, and nothing else; two lengths that differ, or a length beside chunks, could be read in two ways.",
    "chunk": "A size is made of hexadecimal digits, and the bytes of a chunk are followed by CR LF.",
    "coding": "There is one coding that you can take apart: chunked.",
    "character": "Characters below the space have no place in a header, but for the tab.",
}


@exercise("lab02/rude", "Clients that do not behave", **SERVER)
def rude(
    site: Site, *, bad: Sequence[tuple[str, str, str]] = BAD, silent: int = 24, half: str = "GET /hea"
) -> Iterator[Observation]:
    """`bad`: where a request is broken, how, and the broken part; `silent`: how many clients say nothing.

    `half`: the beginning of a head.
    """
    own = Own(site)
    answer = own.ask("GET", "/health")
    saw = f"{answer.status} {answer.reason}"
    yield observe(answer.status == 200, "GET /health, before anybody is rude", "200", saw)
    for where, what, broken in bad:
        yield (row := _answered(own, where, what, broken))
        if STAYS_OPEN in row.hints:
            return  # each of the others would be waited for as long
    answer = own.ask("GET", "/health")
    yield observe(answer.status == 200, "GET /health after these", "200", f"{answer.status} {answer.reason}")
    for what, text in FINE:
        yield _taken(own, what, text)
    yield _endless(own)
    yield from _silent(own, silent, half)


FINE = (
    ("HTTP/1.0 and no Host", "GET /health HTTP/1.0\r\n\r\n"),
    ("a tab in a value", f"GET /health HTTP/1.1\r\n{_H}X-Tea: green\tblack\r\n\r\n"),
    ("every sign in a name", f"GET /health HTTP/1.1\r\n{_H}!#$%&'*+-.^_`|~: green\r\n\r\n"),
)


def _taken(own: Own, what: str, text: str) -> Observation:
    """A request that looks odd, and is not malformed."""
    did = f"sent a request with {what}"
    try:
        answer = wire.send(own.site.server.url, text.encode("latin-1"), timeout=QUIET)
    except wire.WireError as error:
        raise own.fails(did, "200 OK", error) from None
    saw = f"{answer.status} {answer.reason}{own.excuse(answer)}"
    return observe(
        answer.status == 200, did, "200 OK", saw, "This is not malformed. Which of your rules is too strict?"
    )


STAYS_OPEN = "After a broken request nobody knows where the next one begins. Close."


def _answered(own: Own, where: str, what: str, broken: str) -> Observation:
    """How one malformed request is answered, and whether the connection is closed then."""
    own.site.prepare()
    shown = broken.strip("\r\n")
    did = f"sent {what}{f': {shown!r}' if shown else ''}"
    closed = True
    with own.talk() as talk:
        talk.send((PLACES[where] % broken).encode("latin-1"))
        try:
            answer = talk.answer("GET", QUIET)
            closed = talk.wait_closed(QUIET)
            saw = f"{answer.status} {answer.reason}{own.excuse(answer)}"
            right = answer.status in (400, 501, 505) or (where == "chunks" and answer.status >= 400)
        except wire.WireError as error:
            saw, right = str(error), False
    if not right and own.wait_for(lambda: not own.site.server.alive, 0.3):
        raise own.fails(did, "400 Bad Request", saw)
    called = own.notes("called")
    why = next((words for key, words in WHY.items() if key in what.lower()), "See the list in the task.")
    hints = (
        why,
        "A request that is refused gets 400, a line of text, and the end of the connection; the application is not called.",
    )
    if called and where != "chunks":
        saw, right = f"{saw}; the application was called with {called[0].get('path')!r}", False
    elif right and not closed:
        saw, right = f"{saw}, and the connection is still open", False
        hints = (STAYS_OPEN,)
    return observe(right, did, "400 Bad Request, and the connection is closed", saw, *hints)


def _endless(own: Own) -> Observation:
    """A head without an end."""
    did, line = "a head that does not end", b"X-Tea: green\r\n" * 1024
    with own.talk() as talk:
        sent, ended = 0, False
        talk.send(b"GET /health HTTP/1.1\r\n")
        while sent < 4 << 20 and not ended:
            try:
                ended = not talk.send(line, QUIET) or talk.ended or bool(talk.received)
            except wire.WireError:
                break
            sent += len(line)
        if not ended:
            ended = talk.wait_closed(0.5)
        begin = talk.received.partition(b"\r\n")[0].decode("latin-1")
    saw = begin or "the connection was closed"
    if not ended:
        saw = f"{sent >> 20} MB were taken, and no end was in sight"
    hints = ("Where do the lines go? Into memory, until it is full.", "Stop at some size: 64 KB are more than enough.")
    return observe(ended, did, "431 (or 400), or a closed connection, before 4 MB", saw, *hints)


def _silent(own: Own, silent: int, half: str) -> Iterator[Observation]:
    """Clients that say nothing, half a head or half a body, or do not read; others are served all the same."""
    kinds = {
        "say nothing": b"",
        f"have said {half!r}": half.encode("latin-1"),
        "have sent half a body": _post("Content-Length: 100", path="/upload") + b"x" * 50,
    }
    talks: list[wire.Conversation] = []
    hints = (
        "While your server waits for one client, who calls accept() for the others?",
        "A thread for each connection, a process for each, or one loop over all of them: each will do.",
    )
    try:
        for words, begin in kinds.items():
            fresh = [own.talk() for _ in range(silent if not begin else max(3, silent // 4))]
            talks += fresh
            for talk in fresh:
                talk.send(begin)
            served = _still(own, f"GET /health, while {len(fresh)} clients {words}", *hints)
            yield served
            if not served.holds:
                return
        own.play(_START, ("flood", 400))
        talks.append(own.talk())
        talks[-1].send(get("/part/play"))
        own.wait_for(lambda: own.notes("called"))
        yield _still(own, "GET /health, while a client does not read its 25 MB", *hints)
    finally:
        for talk in talks:
            talk.abort()
    yield _still(own, "GET /health, when all of them have hung up", "A client that hangs up is no reason to stop.")
    for begin in kinds.values():
        with own.talk() as talk:
            talk.send(begin)  # and closes the connection in good order
    yield _still(own, "GET /health, when more of them have come and gone", "A client that leaves is no reason to stop.")
    yield _rests(own)


def _rests(own: Own) -> Observation:
    """Nobody is there: a server that waits needs no CPU. One that never rests, over and over, waits for bytes in vain."""
    did, expected = "looked at the server when nobody is there", "it waits, and needs no CPU time"
    used = 0.0
    for _ in range(8):
        pids = [process.pid for process in serve.tree(own.site.server)]
        begin, before = time.monotonic(), serve.cpu_seconds(pids)
        time.sleep(0.25)
        used = (serve.cpu_seconds(pids) - before) / (time.monotonic() - begin)
        if used < 0.02:  # whoever spins gets more than that, also on a busy machine
            return observe(True, did, expected, "it waits")
    hints = (
        "`recv` that returns b'' means that the client has gone, for good: more will not come.",
        "Which of your loops asks again until it has its bytes? It must end when b'' comes.",
    )
    return observe(False, did, expected, f"it goes on working, with {used:.0%} of a core", *hints)


def _still(own: Own, did: str, *hints: str) -> Observation:
    try:
        answer = wire.exchange(own.site.server.url, target="/health", timeout=QUIET)
        saw = f"{answer.status} {answer.reason}"
    except wire.WireError as error:
        if not own.site.server.alive:
            raise own.fails(did, "200 OK", error) from None
        saw = str(error)
    return observe(saw == "200 OK", did, "200 OK", saw, *hints)


__all__ = ["body", "errors", "request", "response", "rude"]
