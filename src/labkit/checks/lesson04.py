"""The exercises of lesson 04, "Who calls the function?"."""

import ast
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any

from labkit import wire

from .module import Module, Outcome
from .own import QUIET, Environ, Own, get
from .registry import exercise
from .site import Site, cut, last_traceback, observe, raised
from .verdict import Observation

SERVER = ("tea.example", 8000)
HEADS: tuple[tuple[bytes, dict[str, str]], ...] = (
    (
        b"GET /th%C3%A9/two+cups?note=%20hot&n=2 HTTP/1.1\r\nHost: www.example:80\r\nX-Tea: green: first\r\n\r\n",
        {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/th\xc3\xa9/two+cups",
            "QUERY_STRING": "note=%20hot&n=2",
            "SERVER_NAME": "tea.example",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "www.example:80",
            "HTTP_X_TEA": "green: first",
        },
    ),
    (
        b"POST /orders HTTP/1.0\r\ncontent-type: text/plain\r\nContent-Length:5\r\n"
        b"X-Herb: mint\r\nx-herb:  lemon\t\r\nX-City: Z\xfcrich\r\n\r\n",
        {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/orders",
            "QUERY_STRING": "",
            "SERVER_NAME": "tea.example",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.0",
            "CONTENT_TYPE": "text/plain",
            "CONTENT_LENGTH": "5",
            "HTTP_X_HERB": "mint, lemon",
            "HTTP_X_CITY": "Z\xfcrich",
        },
    ),
    (  # bytes that are no ASCII, as some clients send them: UTF-8 for "thé", and for "Århus, voilà"
        b"GET /th\xc3\xa9?n=\xfc HTTP/1.1\r\nHost: www.example\r\nX-City: \xc3\x85rhus, voil\xc3\xa0\r\n\r\n",
        {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/th\xc3\xa9",
            "QUERY_STRING": "n=\xfc",
            "SERVER_NAME": "tea.example",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "www.example",
            "HTTP_X_CITY": "\xc3\x85rhus, voil\xc3\xa0",
        },
    ),
)


@exercise("04/environ", "From the head of a request to environ", kind="module")
def environ(module: Module, *, heads: Sequence[tuple[bytes, dict[str, str]]] = HEADS) -> Iterator[Observation]:
    """`heads`: heads of requests, each with its environ."""
    outcomes = module.calls([("make_environ", head, SERVER) for head, _ in heads], may_raise=True)
    for (head, right), outcome in zip(heads, outcomes, strict=True):
        row = _environ_row(module, head, right, outcome)
        yield replace(row, did=f"make_environ({head!r}, {SERVER!r})")  # whole: every byte may matter
        if outcome.raised or not isinstance(outcome.value, dict):
            return


def _environ_row(module: Module, head: bytes, right: dict[str, str], outcome: Outcome) -> Observation:
    did = "make_environ(head, server)"
    if outcome.raised:
        return _raised(module, did, outcome.raised)
    found = outcome.value
    if not isinstance(found, dict):
        hint = "Does every way through the function end in `return environ`?"
        return observe(False, did, "a dict", found, hint)
    if wrong := next((key for key in right if found.get(key) != right[key]), None):
        saw = f"{wrong!r}: {found[wrong]!r}" if wrong in found else f"no {wrong}; there are {', '.join(found)}"
        return observe(False, did, f"{wrong!r}: {right[wrong]!r}", saw, *_why(wrong, found, right, head))
    more = [key for key in found if key not in right and found[key] != "" and "." not in key]
    hints: tuple[str, ...] = ("One key for each header and no more.",)
    if any(key.startswith("HTTP_CONTENT_") for key in more):
        hints = ("Content-Type and Content-Length have keys without HTTP_, and no twins with it.",)
    saw = f"also {', '.join(more)}" if more else "all as expected"
    return observe(not more, did, f"{len(right)} keys", saw, *hints)


def _raised(module: Module, did: str, event: dict[str, Any]) -> Observation:
    """An exception of make_environ."""
    row = raised(did, event, module.folder)
    hints = row.hints
    if "too many values to unpack" in event["message"]:
        hints = ("Look at the lines of this head. A value may contain a colon, and so does Host with a port.",)
    elif "not enough values to unpack" in event["message"]:
        hints = ("Look at the lines of this head. The last one is empty.",)
    return replace(row, hints=hints)


def _why(key: str, found: dict[str, Any], right: dict[str, str], head: bytes) -> tuple[str, ...]:
    """Hints for one wrong value."""
    saw, wanted = found.get(key), right[key]
    target = head.split(b" ")[1].decode("latin-1")
    if key not in found:
        if key in ("CONTENT_TYPE", "CONTENT_LENGTH") and f"HTTP_{key}" in found:
            return ("These two headers have keys without HTTP_.",)
        return ("Capitals, a minus becomes an underscore, and HTTP_ in front.", "The other keys are listed above.")
    if not isinstance(saw, str):
        return (f"PEP 3333 asks for text in every one of these: this is {type(saw).__name__}.",)
    if key == "PATH_INFO":
        if "?" in saw:
            return ("The path ends at the question mark; what follows is the query.",)
        if saw == target.partition("?")[0] != wanted:
            return ("%C3%A9 are two bytes that have to be decoded.", "urllib.parse.unquote_to_bytes gives the bytes.")
        if saw == wanted.encode("latin-1").decode():
            return (
                "This can be read, and it should not: each character of environ stands for one byte.",
                "Decode the bytes as latin-1, whatever they mean.",
            )
        if saw == wanted.encode().decode("latin-1"):
            return (
                "A byte that is no ASCII has become two: somebody has made UTF-8 of your text.",
                "unquote_to_bytes does that with a str. What does it do with bytes?",
            )
        if saw == wanted.replace("+", " "):
            return ("In a path a plus is a plus. Only forms and queries use it for a space.",)
    if key == "QUERY_STRING":
        return ("The query stays as it came, without the question mark; the application decodes it.",)
    if key in ("SERVER_NAME", "SERVER_PORT") and saw and saw in head.decode("latin-1"):
        return (
            "That is the visitor's word for the site, from the Host header: whoever asks can write anything there.",
            "SERVER_NAME and SERVER_PORT are the server's own: they are in `server`.",
        )
    if key == "SERVER_PROTOCOL":
        return ("The version that stands in the request.",)
    if key.startswith("HTTP_") and saw.strip() == wanted:
        return ("Spaces and tabs around a value do not belong to it.",)
    if key == "HTTP_X_HERB":
        return ("A header may come twice. Join the values with a comma and a space.",)
    if key.startswith("HTTP_") and saw == wanted.strip():
        return (
            "`strip()` takes more than spaces and tabs: this \\xa0 is a space to it, and here it is half of an 'à'.",
        )
    if key.startswith("HTTP_") and saw == wanted.splitlines()[0]:
        return (
            "`splitlines()` knows more line ends than CR LF: this \\x85 is one to it, and here it is half of an 'Å'.",
        )
    if key.startswith("HTTP_") and saw and wanted.startswith(saw):
        return ("A value may have a colon: part the line at the first one.",)
    if not wanted.isascii():
        return ("Bytes of a head become text one by one: decode('latin-1').",)
    return ("Compare the two, and look at the line that sets this key.",)


FILES = {"parts.py": "lab02_parts.py", "framing.py": "own04_framing.py", "loop.py": "own04_loop.py"}
TEXT = ("Content-Type", "text/plain")
START = ("start", "200 OK", [TEXT])


@exercise("04/respond", "Call, send, close", kind="server", app="parts:app", files=FILES)
def respond(site: Site) -> Iterator[Observation]:
    """The application's answer on its way out."""
    own = Own(site)
    did = "(S23) start_response('299 Fine'), then the blocks 'one, ', '' and 'sixteen letters!'"
    steps = [("block", "one, "), ("block", ""), ("block", "sixteen letters!")]
    answer = own.ask("GET", own.play(*steps, call=[("start", "299 Fine", [TEXT])]), did=did, may_break=True)
    saw = f"{answer.status} {answer.reason}, {answer.text!r}, {_framing(answer)}"
    hints = ("make_head says whether the body goes in chunks: a size in hexadecimal, CR LF, the block, CR LF.",)
    if answer.framing == "chunked" and not answer.complete:
        hints = ("The last chunk is missing: 0, CR LF, CR LF.",)
        if answer.body == b"one, ":
            hints = ("The empty block became a chunk of size 0, and that ends the body. Leave it out.",)
    elif answer.framing == "chunked" and answer.body == b"one, ":
        hints = ("The empty block became a chunk of size 0, and that ends the body. Leave it out.",)
    if b"letters!\r\n" in answer.body:
        hints = ("16 bytes have the size 10: in hexadecimal digits, with no 0x before them.",)
    right = answer.status == 299 and answer.text == "one, sixteen letters!" and answer.framing == "chunked"
    yield observe(right and answer.complete, did, "299 Fine, 'one, sixteen letters!', chunks with an end", saw, *hints)
    if answer.framing != "chunked" or not answer.complete:
        return

    did = "(S12) the application called start_response and looked at what it returned"
    answer = own.ask("GET", "/part/environ", did=did)
    hint = "start_response returns a function, write(block), that sends a block."
    missing = b"no_write" in answer.body
    yield observe(not missing, did, "something that can be called", "no" if missing else "it can be called", hint)
    if missing:
        return

    yield from _edges(own)
    yield from _order(own)
    yield from _closed(own, ("read to its end", (START, ("block", "one"))))
    yield from _closed(own, ("that raised after a block", (START, ("block", "one"), ("fail", "the kettle is empty"))))
    yield from _not_ended(own)
    yield from _a_list(own)


def _not_ended(own: Own) -> Iterator[Observation]:
    did = "(S23) a block, and then the application raised"
    answer = own.ask("GET", own.play(START, ("block", "one"), ("fail", "the kettle is empty")), did=did, may_break=True)
    hints = (
        "The last chunk says that the body is whole. Is it, after an exception?",
        "What stands in `finally` is done in any case: close() belongs there, the last chunk does not.",
    )
    yield observe(not answer.complete, did, "chunks, broken off: no last chunk", _framing(answer), *hints)


def _a_list(own: Own) -> Iterator[Observation]:
    did = "(S19) the application returned a list, which has no close(); the server's log"
    logged = len(own.site.server.log)
    own.ask("GET", own.play(("block", "one"), call=[START], list=True), did=did)
    own.ask("GET", own.play(("block", "two"), call=[START], list=True), did=did)  # so the first request is over
    event = last_traceback(own.site.server.log[logged:])
    saw = f"{event['type']}: {event['message']}" if event else "no exception"
    hint = "Most applications return a list. Look whether there is a close() before you call it."
    yield observe(not event, did, "no exception", saw, hint)


def _framing(answer: wire.Answer) -> str:
    ends = {"length": "a length", "chunked": "chunks", "close": "up to the end of the connection", "none": "no body"}
    return ends[answer.framing] + ("" if answer.complete else ", broken off")


def _edges(own: Own) -> Iterator[Observation]:
    did = "(S13) start_response('200 OK'), an empty block, start_response('503 Changed', exc_info), a block"
    steps = [START, ("block", ""), ("again", "503 Changed", [TEXT]), ("block", "sorry")]
    hints = (
        "start_response keeps status and headers. They leave with the first block that is not empty.",
        "A second call, with exc_info, may still change them until then.",
    )
    answer = own.ask("GET", own.play(*steps), did=did, may_break=True, hints=hints)
    yield observe(answer.status == 503, did, "503 Changed", f"{answer.status} {answer.reason}", *hints)
    did = "(S13) start_response('200 OK') and no block at all"
    answer = own.ask("GET", own.play(call=[START], list=True), did=did)
    yield observe(answer.status == 200 and not answer.body, did, "200 OK and an empty body", _framing(answer))
    did = "(A15) HEAD, and the application gave a block"
    answer = own.ask("HEAD", own.play(START, ("block", "one")), did=did)
    hint = "make_head says it: its third value is True when there is to be no body."
    saw = (
        f"{len(answer.extra)} bytes after the head: {answer.extra[:30]!r}" if answer.extra else "no byte after the head"
    )
    yield observe(not answer.extra, did, "no byte after the head", saw, hint)
    own.wait_for(lambda: own.notes("closed"))
    count = len(own.notes("closed"))
    hint = "An answer without a body ends like any other: no way out of the function may leave close() out."
    yield observe(count == 1, "(S19) close() after HEAD", "called once", _times(count), hint)
    did = "(S23) two blocks, to a client of HTTP/1.0"
    answer = own.ask("GET", own.play(START, ("block", "one, "), ("block", "two")), version="HTTP/1.0", did=did)
    right = answer.framing != "chunked" and answer.body == b"one, two"
    hint = "make_head says whether there are chunks: HTTP/1.0 has none."
    yield observe(
        right, did, "b'one, two', up to the end of the connection", f"{answer.body!r}, {_framing(answer)}", hint
    )


def _order(own: Own) -> Iterator[Observation]:
    did = "(S18) the second block is made after the client has the first"
    yield _gated(own, did, own.play(START, ("block", "one, "), ("wait", "go"), ("block", "two")))
    did = "(S24) write(b''), write(b'one, ') and write(b'') in the call, then the block b'two'"
    steps = [START, ("block", ""), ("block", "one, "), ("block", "")]
    answer = own.ask("GET", own.play(("block", "two"), call=steps, list=True), did=did, may_break=True)
    hint = "What write() is given leaves before it returns, and so before the blocks."
    if b"one, two".startswith(answer.body):
        hint = "write() may be given an empty block, too. As a chunk it would end the body."
    yield observe(answer.body == b"one, two", did, "b'one, two'", f"{answer.body!r}", hint)


def _gated(own: Own, did: str, path: str) -> Observation:
    """Whether the first of two blocks comes before the second is made."""
    with own.talk() as talk:
        talk.send(get(path))
        try:
            talk.read_until(b"one, ", QUIET)
            saw = "it came"
        except wire.NoAnswer:
            saw = f"no byte of it within {QUIET:g} s"
        except wire.WireError as error:
            raise own.fails(did, "the first block", error) from None
        own.site.allow("go")
        try:
            talk.answer()
        except wire.WireError as error:
            raise own.fails(did, "both blocks", error) from None
    hints = ("Ask for a block, send it, ask for the next.", "Joining the blocks, or a list of them, waits for all.")
    return observe(saw == "it came", did, "the first block comes at once", saw, *hints)


def _closed(own: Own, *cases: tuple[str, tuple[tuple[Any, ...], ...]]) -> Iterator[Observation]:
    for what, steps in cases:
        path = own.play(*steps)
        did = f"(S19) close() of an iterable {what}"
        try:
            wire.exchange(own.site.server.url, target=path, timeout=QUIET)
        except wire.WireError:
            pass  # how a broken answer looks is not asked here
        own.wait_for(lambda: own.notes("closed"))
        count = len(own.notes("closed"))
        hints = (
            "When the request is over the server calls close() of what the application returned, if it has one.",
            "Also when something was raised: that is what `finally` is for.",
        )
        yield observe(count == 1, did, "called once", _times(count), *hints)


def _times(count: int) -> str:
    return "called once" if count == 1 else f"called {count} times"


@exercise("04/hunt", "A server out of a tutorial", kind="server", app="parts:app", files={"parts.py": "lab02_parts.py"})
def hunt(site: Site, *, path: str = "/part/environ/th%C3%A9", query: str = "cups=2") -> Iterator[Observation]:
    """Eight clauses. `path` ends in a byte sequence that has to be decoded."""
    own = Own(site)
    did = f"GET {path}?{query}"
    told = _told(own.ask("GET", f"{path}?{query}", did=did))
    if not told:
        yield observe(False, did, "the application's answer: 200 and some JSON", "another answer")
        return
    seen = Environ(told)
    wanted = {"PATH_INFO": "/part/environ/th\xc3\xa9", "QUERY_STRING": query}
    wrong = [name for name in wanted if seen.text(name) != wanted[name]]
    hint = (
        "The path is decoded and has no query in it; the query has a key of its own. Exercise 04/environ was about it."
    )
    saw = "; ".join(map(seen.shown, wrong)) or "as expected"
    yield observe(not wrong, f"(S4) {did}", f"{wanted}", saw, hint)
    yield _headers(own)
    numbers = [name for name, (kind, _) in seen.variables.items() if "." not in name and kind != "str"]
    saw = "; ".join(f"{seen.shown(name)}, of type {seen.variables[name][0]}" for name in numbers) or "every one"
    yield observe(not numbers, f"(S5) {did}", "every variable of CGI is text", saw, "Which of the values is no text?")
    missing = "no_write" in told
    saw = "None, or something like it" if missing else "it can be called"
    hint = "start_response returns write(block). It is old-fashioned, and every server must have it."
    yield observe(not missing, "(S12) what start_response returned", "something that can be called", saw, hint)
    yield _body(own)
    yield from _dates(own)
    yield _gated(
        own,
        "(S18) the second block is made after the client has the first",
        own.play(START, ("block", "one, "), ("wait", "go"), ("block", "two")),
    )
    yield from _closed(own, ("read to its end", (START, ("block", "one"))))
    yield from _closed(own, ("that raised after a block", (START, ("block", "one"), ("fail", "empty"))))
    yield from _trapped(own)


def _told(answer: wire.Answer) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) and "variables" in told else {}


def _headers(own: Own) -> Observation:
    """The variables of S4 that come from the version and the headers."""
    did = "(S4) POST with Content-Type: text/x-tea, X-Tea: green: first, and a body of 8 bytes"
    sent = [("Content-Type", "text/x-tea"), ("X-Tea", "green: first")]
    seen = Environ(_told(own.ask("POST", "/part/environ", sent, b"two cups", did=did)) or {"variables": {}})
    wanted = {
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "text/x-tea",
        "CONTENT_LENGTH": "8",
        "HTTP_X_TEA": "green: first",
    }
    wrong = [name for name in wanted if seen.text(name) != wanted[name]]
    hints = (
        "The application cannot see the request: each of its headers, and the version, need a key in environ.",
        "Exercise 04/environ was about the keys and the values. A form in Flask is empty without CONTENT_LENGTH.",
    )
    return observe(not wrong, did, f"{wanted}", "; ".join(map(seen.shown, wrong)) or "as expected", *hints)


def _body(own: Own) -> Observation:
    did = "(S10) POST: the head, and then a body of 8 bytes; the application read(8)"
    with own.talk() as talk:
        talk.send(get(own.play(START, ("read", "read", 8), ("reads",)), "Content-Length: 8", method="POST"))
        own.wait_for(lambda: own.notes("called"), 0.3)  # who waits for the body has not called yet
        try:
            talk.send(b"two cups")
            answer = talk.answer("POST")
        except wire.WireError as error:
            raise own.fails(did, "an answer", error) from None
    found = re.search(r"\[.*\]", answer.text)
    saw = ast.literal_eval(found[0])[0] if found and "null" not in found[0] else cut(answer.text or "nothing", 80)
    hints = ("wsgi.input is a file of bytes that has the body, and the body alone.", "The head has been read already.")
    if saw == "b''":
        hints = (
            "The body came after the head. One `recv` gives what is there at that moment: browsers often send in two parts.",
            "CONTENT_LENGTH says how many bytes there will be. `read` of connection.makefile('rb') waits for as many.",
        )
    return observe(saw == "b'two cups'", did, "b'two cups'", saw, *hints)


def _dates(own: Own) -> Iterator[Observation]:
    answer = own.ask("GET", "/part/environ", did="(S17) the Date of the answer")
    try:
        when = parsedate_to_datetime(answer.header("Date") or "").timestamp()
        saw = answer.header("Date")
    except (TypeError, ValueError):
        when, saw = 0, f"Date: {answer.header('Date')}"
    hint = "It is copied from the tutorial. What time is it? email.utils.formatdate knows how to say it."
    now = abs(when - time.time()) < 86_400
    yield observe(now, "(S17) the Date of the answer", "today", saw, hint)
    if not now:
        return
    hint = "HTTP writes the zone as GMT (RFC 9110, section 5.6.7). formatdate has an argument for it."
    yield observe(saw.endswith(" GMT"), "(S17) the Date of the answer", "a time in GMT", saw, hint)
    time.sleep(1.1)  # a Date has whole seconds
    later = own.ask("GET", "/part/environ", did="(S17) the Date of an answer a second later").header("Date")
    hint = "Both answers have the same Date. When is it made?"
    yield observe(later != saw, "(S17) the Date of an answer a second later", "another time", f"{later}", hint)
    did = "(S17) the application sent a header dATE"
    start = ("start", "200 OK", [TEXT, ("dATE", "Thu, 01 Jan 2026 00:00:00 GMT")])
    dates = own.ask("GET", own.play(("block", "one"), call=[start], list=True), did=did).all("Date")
    hint = "The server adds what is missing. The application's Date is not missing, however it is written."
    yield observe(len(dates) == 1, did, "one Date", f"{len(dates)}: {'; '.join(dates)}", hint)


NEVER = (
    "There is no status, and no header has left: this error is the server's to answer, with 500.",
    "Where does your server keep status and headers? Those of the request before may still be there.",
)


def _trapped(own: Own) -> Iterator[Observation]:
    did = "(S27) the application raised; then another GET"
    try:
        wire.exchange(own.site.server.url, target=own.play(call=[("fail", "the kettle is empty")]), timeout=QUIET)
    except wire.WireError:
        pass  # an answer would be good, and is not asked here
    try:
        answer = wire.exchange(own.site.server.url, target="/part/environ", timeout=QUIET)
        saw = f"{answer.status} {answer.reason}"
    except wire.WireError as error:
        saw = str(error)
    hint = "An exception of the application ends its request, not the server: catch it, write it to the log, go on."
    yield observe(saw.startswith("200"), did, "200 OK", saw, hint)
    logged = own.wait_for(lambda: "the kettle is empty" in own.site.server.log)
    saw = "it is there" if logged else "nothing about it"
    hint = "Whoever runs the server wants to know: traceback.print_exc()."
    yield observe(logged, "(S27) the server's log", "the exception", saw, hint)
    did = "(S27) the application gave a block and never called start_response"
    answer = own.ask("GET", own.play(("block", "one"), list=True), did=did, hints=NEVER)
    yield observe(answer.status >= 500, did, "500", f"{answer.status} {answer.reason}", *NEVER)
