"""The exercises of lesson 04, "Who calls the function?"."""

import ast
import re
import time
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from labkit import wire

from .module import Module, describe
from .own import QUIET, Environ, Own, get
from .registry import exercise
from .site import Site, cut, observe
from .verdict import Observation

SERVER = ("tea.example", 8000)
HEADS: tuple[tuple[bytes, dict[str, str]], ...] = (
    (
        b"GET /th%C3%A9/two+cups?note=%20hot&n=2 HTTP/1.1\r\nHost: tea.example:8000\r\nX-Tea: green: first\r\n\r\n",
        {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/th\xc3\xa9/two+cups",
            "QUERY_STRING": "note=%20hot&n=2",
            "SERVER_NAME": "tea.example",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "tea.example:8000",
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
)


@exercise("04/environ", "From the head of a request to environ", kind="module")
def environ(module: Module, *, heads: Sequence[tuple[bytes, dict[str, str]]] = HEADS) -> Iterator[Observation]:
    """`heads`: heads of requests, each with its environ."""
    outcomes = module.calls([("make_environ", head, SERVER) for head, _ in heads])
    for (head, right), outcome in zip(heads, outcomes, strict=True):
        did = describe(("make_environ", head, SERVER))
        found = outcome.value
        if not isinstance(found, dict):
            hint = "Does every way through the function end in `return environ`?"
            yield observe(False, did, "a dict", found, hint)
            return
        if wrong := next((key for key in right if found.get(key) != right[key]), None):
            saw = f"{wrong!r}: {found[wrong]!r}" if wrong in found else f"no {wrong}; there are {', '.join(found)}"
            yield observe(False, did, f"{wrong!r}: {right[wrong]!r}", saw, *_why(wrong, found, right, head))
            continue
        more = [key for key in found if key not in right and found[key] != "" and "." not in key]
        hints: tuple[str, ...] = ("One key for each header and no more.",)
        if any(key.startswith("HTTP_CONTENT_") for key in more):
            hints = ("Content-Type and Content-Length have keys without HTTP_, and no twins with it.",)
        yield observe(
            not more, did, f"{len(right)} keys", f"also {', '.join(more)}" if more else "all as expected", *hints
        )


def _why(key: str, found: dict[str, Any], right: dict[str, str], head: bytes) -> tuple[str, ...]:
    """Hints for one wrong value."""
    saw, wanted = found.get(key), right[key]
    target = head.split()[1].decode()
    if key not in found:
        if key in ("CONTENT_TYPE", "CONTENT_LENGTH") and f"HTTP_{key}" in found:
            return ("These two headers have keys without HTTP_.",)
        return ("Capitals, a minus becomes an underscore, and HTTP_ in front.", "The other keys are listed above.")
    if not isinstance(saw, str):
        return (f"PEP 3333 asks for text in every one of these: this is {type(saw).__name__}.",)
    if key == "PATH_INFO":
        if "?" in saw:
            return ("The path ends at the question mark; what follows is the query.",)
        if saw == target.partition("?")[0]:
            return ("%C3%A9 are two bytes that have to be decoded.", "urllib.parse.unquote_to_bytes gives the bytes.")
        if saw == wanted.encode("latin-1").decode():
            return (
                "This can be read, and it should not: each character of environ stands for one byte.",
                "Decode the bytes as latin-1, whatever they mean.",
            )
        if saw == wanted.replace("+", " "):
            return ("In a path a plus is a plus. Only forms and queries use it for a space.",)
    if key == "QUERY_STRING":
        return ("The query stays as it came, without the question mark; the application decodes it.",)
    if key == "SERVER_PROTOCOL":
        return ("The version that stands in the request.",)
    if key.startswith("HTTP_") and saw.strip() == wanted:
        return ("Spaces and tabs around a value do not belong to it.",)
    if key == "HTTP_X_HERB":
        return ("A header may come twice. Join the values with a comma and a space.",)
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
    answer = own.ask("HEAD", own.play(("block", "one"), call=[START], list=True), did=did)
    hint = "make_head says it: its third value is True when there is to be no body."
    saw = (
        f"{len(answer.extra)} bytes after the head: {answer.extra[:30]!r}" if answer.extra else "no byte after the head"
    )
    yield observe(not answer.extra, did, "no byte after the head", saw, hint)
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
    did = "(S24) write(b'one, ') in the call, then the block b'two'"
    answer = own.ask("GET", own.play(("block", "two"), call=[START, ("block", "one, ")], list=True), did=did)
    hint = "What write() is given leaves before it returns, and so before the blocks."
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
        yield observe(count == 1, did, "called once", "called once" if count == 1 else f"called {count} times", *hints)


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
    numbers = [name for name, (kind, _) in seen.variables.items() if "." not in name and kind != "str"]
    saw = "; ".join(f"{seen.shown(name)}, of type {seen.variables[name][0]}" for name in numbers) or "every one"
    yield observe(not numbers, f"(S5) {did}", "every variable of CGI is text", saw, "Which of the values is no text?")
    missing = "no_write" in told
    saw = "None, or something like it" if missing else "it can be called"
    hint = "start_response returns write(block). It is old-fashioned, and every server must have it."
    yield observe(not missing, "(S12) what start_response returned", "something that can be called", saw, hint)
    yield from _body_and_date(own)
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


def _body_and_date(own: Own) -> Iterator[Observation]:
    did = "(S10) POST of 8 bytes; the application read(8)"
    answer = own.ask(
        "POST", own.play(START, ("read", "read", 8), ("reads",)), body=b"two cups", did=did, may_break=True
    )
    found = re.search(r"\[.*\]", answer.text)
    saw = ast.literal_eval(found[0])[0] if found and "null" not in found[0] else cut(answer.text or "nothing", 80)
    hints = ("wsgi.input is a file of bytes that has the body, and the body alone.", "The head has been read already.")
    yield observe(saw == "b'two cups'", did, "b'two cups'", saw, *hints)
    try:
        when = parsedate_to_datetime(answer.header("Date") or "").timestamp()
        saw = answer.header("Date")
    except (TypeError, ValueError):
        when, saw = 0, f"Date: {answer.header('Date')}"
    hint = "It is copied from the tutorial. What time is it? email.utils.formatdate knows how to say it."
    yield observe(abs(when - time.time()) < 86_400, "(S17) the Date of the answer", "today", saw, hint)


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
