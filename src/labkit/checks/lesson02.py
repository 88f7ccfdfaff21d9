"""The exercises of lesson 02: call an application as a server does, read a path, write an address, give back what was held."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from labkit import serve, wire
from labkit.conformance.rules import a, show

from .module import Module
from .registry import exercise
from .site import LIMITS, Site, observe, raised
from .verdict import Observation

PATIENCE = 2.0  # seconds to wait for what should come at once
HEADERS = [("Content-Type", "text/plain"), ("X-Tea", "green")]
WHOLE = ("200 OK", HEADERS, b"two cups")
GET = 'call(app, "GET", "/tea")'


@exercise("02/call", "Be the server", kind="module", files={"stage.py": "stage.py"})
def call(module: Module) -> Iterator[Observation]:
    """Each scene of ``files/stage.py`` is an application that looks at one thing a server has to do."""
    empty = module.call("call", may_raise=True).raised or {}  # does the file load, and is there such a function?
    if empty.get("type") == "NameError" and "defines no" in empty["message"]:
        yield raised("looked for call()", empty, module.folder)
        return
    file, module.path = module.path, module.folder / "stage.py"
    scenes = [
        "a_list", "a_generator", "a_writer", "a_reader", "a_traveller", "a_penitent", "a_waverer", "a_holder", "a_failure"
    ]  # fmt: skip
    outcomes = module.calls([("run", file.stem, scene) for scene in scenes], may_raise=True)
    notes = {scene: outcome.value for scene, outcome in zip(scenes, outcomes, strict=True)}
    if broken := next((outcome.raised for outcome in outcomes if outcome.raised), None):
        yield raised("called call()", {**broken, "function": "call"}, module.folder)
        return
    if notes["a_list"].get("raised", {}).get("type") == "NotImplementedError":
        yield raised(GET, notes["a_list"]["raised"], module.folder)
        return
    yield from _first_call(notes["a_list"], module)
    did = f"{GET}, where app is a generator function"
    yield _whole(
        did, notes["a_generator"], module, WHOLE,
        "A generator function runs only when its first block is asked for. It calls start_response then.",
        "Ask for the status when you have the body, not before.",
    )  # fmt: skip
    did = f"{GET}, where app gives `two ` to write() and returns [`cups`]"
    yield _whole(
        did, notes["a_writer"], module, WHOLE,
        "What write() was given comes first, then the blocks of the iterable. Both are the body.",
        "Collect both in one list, in the order in which they come.",
    )  # fmt: skip
    yield from _environs(notes)
    yield from _second_starts(notes, module)
    yield from _closing(notes, module)


def _first_call(notes: dict[str, Any], module: Module) -> Iterator[Observation]:
    """The smallest application: how it was called, what it was given, what came back."""
    if "calls" in notes:
        yield observe(
            notes["arguments"] == (2, []),
            GET,
            "app is called with two positional arguments",
            f"{notes['arguments'][0]} positional, by name: {', '.join(notes['arguments'][1]) or 'none'}",
            "An application may call its arguments as it likes. The server gives them by position (S1).",
        )
        yield observe(notes["calls"] == 1, GET, "app is called once", f"it was called {_times(notes['calls'])}")
    if "faults" in notes:
        yield _environ(GET, notes["faults"])
    if "write" in notes:
        yield observe(
            notes["write"],
            GET,
            "start_response returns write",
            "it returned a function" if notes["write"] else "it returned something that cannot be called",
            "An application may say `write = start_response(...)` and then write(b'...') (S12).",
            "Return a function from start_response that takes a block of bytes.",
        )
    yield _whole(
        GET, notes, module, WHOLE,
        "Return three things: the status and the headers as start_response got them, and the body as one bytes object.",
        "The blocks of the iterable, one after the other, are the body.",
    )  # fmt: skip
    if "environ" in notes:
        seen = notes["environ"]
        expected = {"REQUEST_METHOD": "GET", "PATH_INFO": "/tea"}
        yield observe(seen == expected, GET, f"{expected}", f"{seen}", "Where do method and path go in environ?")


def _environ(did: str, faults: list[str]) -> Observation:
    hints = (
        "PEP 3333, section `environ Variables`, lists what has to be there.",
        "`wsgiref.util.setup_testing_defaults(environ)` fills in what is missing. CGI variables are text, also numbers.",
    )
    return observe(not faults, did, "an environ as PEP 3333 asks", "; ".join(faults[:3]) or "all is there", *hints)


def _environs(notes: dict[str, Any]) -> Iterator[Observation]:
    """The body of a request, and a path that is not ASCII."""
    did, seen = 'call(app, "POST", "/orders", b"two cups")', notes["a_reader"]
    if "faults" in seen and not notes["a_list"].get("faults"):
        yield _environ(did, seen["faults"])
    saw = f"CONTENT_LENGTH {seen.get('length')!r}, and the body {seen.get('read')!r}"
    if "read" not in seen and "raised" in seen:
        saw += f" ({seen['raised']['type']}: {seen['raised']['message']})"
    yield observe(
        (seen.get("length"), seen.get("read")) == ("8", b"two cups"),
        did,
        "CONTENT_LENGTH '8', and in wsgi.input the body b'two cups'",
        saw,
        "The application reads CONTENT_LENGTH bytes from wsgi.input. What stands in the two?",
        "`io.BytesIO(body)` is a file of bytes. The length is text.",
    )
    path = "/차/🍵"
    expected, got = path.encode().decode("latin-1"), notes["a_traveller"].get("path")
    hints = ("In environ each byte of the path is one character, whatever the letters are (latin-1).",)
    if got == path:
        hints = ("These are letters above U+00FF. A server has bytes, and decodes them as latin-1.", *hints)
    elif isinstance(got, str) and "%" in got:
        hints = ("PATH_INFO is decoded: no percent signs any more.", *hints)
    yield observe(
        got == expected, f'call(app, "GET", "{path}")', f"PATH_INFO {expected!r}", f"PATH_INFO {got!r}", *hints
    )


def _second_starts(notes: dict[str, Any], module: Module) -> Iterator[Observation]:
    """start_response called twice, with exc_info and without."""
    sorry = ("500 Internal Server Error", [("Content-Type", "text/plain")], b"sorry")
    yield _whole(
        f"{GET}, where app replaces its headers: start_response(status, headers, sys.exc_info())",
        notes["a_penitent"],
        module,
        sorry,
        "With exc_info the second call replaces the first, as long as nothing was sent (S15).",
        "start_response takes a third argument, None by default.",
    )
    seen = notes["a_waverer"]
    yield observe(
        "raised" in seen,
        f"{GET}, where app calls start_response twice without exc_info",
        "an exception",
        f"{seen['raised']['type']}: {seen['raised']['message']}"
        if "raised" in seen
        else f"it returned {show(seen['value'])}",
        "Which of the two statuses did the application mean? Nobody can know: PEP 3333 calls it a fatal error (S14).",
        "In start_response: if it was called before and there is no exc_info, raise.",
    )


def _closing(notes: dict[str, Any], module: Module) -> Iterator[Observation]:
    """The iterable's close(), on a good day and on a bad one."""
    seen = notes["a_holder"]
    did = f"{GET}, where the iterable has a close()"
    hints = (
        "An application may hold something as long as its body is read. close() tells it that this is over (S19).",
        "Call close() when the last block has come, if the iterable has one.",
    )
    yield _whole(did, seen, module, WHOLE, *hints)
    saw = f"close() was called {_times(seen['closed'])}"
    if seen.get("after_close"):
        saw = "close() was called before the last block was asked for"
    yield observe(
        seen["closed"] == 1 and not seen.get("after_close"), did, "close() is called once, at the end", saw, *hints
    )
    seen = notes["a_failure"]
    did = f"{GET}, where the iterable raises after its first block"
    error = seen.get("raised", {})
    yield observe(
        error.get("type") == "LookupError",
        did,
        "the LookupError goes up to the caller",
        f"{error['type']}: {error['message']}" if error else f"it returned {show(seen.get('value'))}",
        "Who calls `call` has to learn that the body is not whole. Let the exception pass.",
    )
    yield observe(
        seen["closed"] == 1,
        did,
        "close() is called once all the same",
        f"close() was called {_times(seen['closed'])}",
        "A server calls close() whatever happens (S19).",
        "`try` and `finally`: what stands in `finally` is done also when an exception passes.",
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _whole(did: str, notes: dict[str, Any], module: Module, expected: tuple[Any, ...], *hints: str) -> Observation:
    """What ``call`` has to return."""
    if "raised" in notes:
        return replace(raised(did, notes["raised"], module.folder), expected=f"{expected!r}", hints=hints)
    value = notes["value"]
    saw = f"{value!r}"
    if isinstance(value, tuple | list) and len(value) == 3:
        status, headers, body = value
        try:
            pairs = [(name, text) for name, text in headers]
        except (TypeError, ValueError):
            pairs = headers
        if (status, pairs, body) == expected:
            return observe(True, did, f"{expected!r}", saw)
        if not isinstance(body, bytes):
            saw = f"the body is {a(body)}: {show(body)}"
        elif (status, pairs) == expected[:2]:
            saw = f"the body {body!r}"
        elif status != expected[0]:
            saw = f"the status {status!r}"
        else:
            saw = f"the headers {show(headers)}"
    elif value is None:
        saw = "None: nothing was returned"
    return observe(False, did, f"{expected!r}", saw, *hints)


@exercise("02/path", "Every letter of a path")
def path(
    site: Site,
    *,
    paths: Sequence[str] = ("/plain", "/차/녹차", "/tea 🍵", "/100%"),
    invalid: Sequence[str] = ("/%FF", "/tea/%EC%B0", "/%C0%AF"),
) -> Iterator[Observation]:
    """`paths`: as people read them; `invalid`: targets whose bytes are no UTF-8."""
    for text in paths:
        target = quote(text)
        answer = site.ask("GET", target)
        yield _text(answer, target, text)
    kind = answer.header("Content-Type")
    yield observe(
        re.match(r"text/plain;\s*charset=\"?utf-?8\"?\s*$", kind or "", re.I),
        f"GET {target}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Type: {kind}" if kind else "no Content-Type",
        "Without a charset the visitor's program has to guess what the bytes mean.",
    )
    target = quote(paths[1]) + "?lang=ko"
    yield _text(site.ask("GET", target), target, paths[1])
    yield _text(
        site.ask("GET", "/%2541"), "/%2541", "/%41",
        "The server has taken off the percent signs once. A second time makes another path of it: /A.",
        "Nothing is to be unquoted in PATH_INFO.",
    )  # fmt: skip
    for target in invalid:
        answer = site.ask("GET", target)
        yield observe(
            answer.status == 400,
            f"GET {target}, whose bytes are no UTF-8",
            "400 Bad Request",
            f"{answer.status} and the text {show(answer.text)}",
            "What does `decode` do with bytes that are no UTF-8, and who takes care of that?",
            "Do not replace or leave out what cannot be read: say that it cannot be.",
        )
    yield _under_wsgiref(site, paths[1])


def _text(answer: wire.Answer, target: str, text: str, *hints: str) -> Observation:
    """An answer whose text has to be a path."""
    body = answer.body.removesuffix(b"\n")
    saw = f"{answer.status} and the text {show(body.decode(errors='replace'))}"
    if not hints:
        hints = (
            "PATH_INFO has one character for each byte of the path.",
            "Make bytes of it again, and read those as UTF-8.",
        )
    if body == text.encode().decode("latin-1").encode():
        hints = ("Each byte was taken for a letter: bytes of UTF-8, read as latin-1.", *hints)
    elif "?" in body.decode(errors="replace") and "?" not in text:
        hints = ("What follows the question mark is no part of the path. PATH_INFO has the path alone.",)
    elif "%" in body.decode(errors="replace") and "%" not in text:
        hints = ("The visitor's program has written the path with percent signs. PATH_INFO has it without.",)
    return observe(
        answer.status == 200 and body == text.encode(), f"GET {target}", f"200 and the text {text}", saw, *hints
    )


def _under_wsgiref(site: Site, text: str) -> Observation:
    """Ask once more under another server: what only gunicorn puts into environ is not there."""
    did = f"GET {quote(text)}, under wsgiref"
    with serve.Wsgiref(f"{site.path.stem}:app", cwd=site.folder, limits=LIMITS) as server:
        try:
            answer = wire.exchange(server.url, target=quote(text), timeout=PATIENCE)
        except wire.WireError as error:
            return observe(False, did, f"200 and the text {text}", str(error))
    hint = "RAW_URI and REQUEST_URI are not in PEP 3333, and not in every server's environ. PATH_INFO is."
    return replace(_text(answer, quote(text), text), did=did, hints=(hint,))


@exercise("02/move", "An address in a header")
def move(
    site: Site, *, names: Sequence[str] = ("green-tea", "녹차", "two cups", "50%", "who?", "tea/🍵")
) -> Iterator[Observation]:
    """`names`: what may follow /go/, as people read it."""
    for name in names:
        target = "/go/" + quote(name)
        answer = site.ask("GET", target)
        site.problems[:] = [_with_hint(problem) for problem in site.problems]
        did, address = f"GET {target}", answer.header("Location")
        yield observe(
            answer.status == 303,
            did,
            "303 See Other",
            f"{answer.status} {answer.reason}",
            "The status is the first thing that start_response is given.",
        )
        yield _address(did, address, f"/place/{name}")
    target = "/go/tea%0D%0AX-Role:%20admin"
    answer = site.ask("GET", target)
    site.problems[:] = [_with_hint(problem) for problem in site.problems]
    yield observe(
        answer.header("X-Role") is None and answer.status in (303, 400, 404),
        f"GET {target}",
        "no header X-Role",
        f"{answer.status}, X-Role: {answer.header('X-Role')}",
        "A visitor has written a line end into the path. What does it do in a header?",
    )


def _with_hint(problem: Observation) -> Observation:
    """A second hint for the clause that this exercise is about."""
    if "(A5)" not in problem.did:
        return problem
    return replace(problem, hints=(*problem.hints, "`quote(text)` makes an address of a text, in ASCII alone."))


def _address(did: str, address: str | None, path: str) -> Observation:
    """The Location that leads to a path."""
    expected = f"Location: {quote(path)}"
    if address is None:
        return observe(False, did, expected, "no Location", "The list of headers needs a tuple for Location.")
    parts = urlsplit(address)
    saw = f"Location: {address!r}"
    hints = ("Unquote this address in your head. Is it the path that the task asks for?",)
    if not address.isascii():
        hints = (
            "An address is written in ASCII. This header has the bytes of the path as they are.",
            "`urllib.parse.quote` writes every other byte with a percent sign.",
        )
    elif re.search("%(?![0-9A-Fa-f]{2})", address):
        hints = ("A percent sign stands before two hexadecimal digits. One that is meant as it is has to be quoted.",)
    elif unquote(parts.path) == path.encode().decode("latin-1") != path:
        hints = (
            "This is an address for what latin-1 makes of the bytes. Text first, address second.",
            "Read PATH_INFO as UTF-8 before you quote it; or give `quote` the bytes.",
        )
    elif parts.query or parts.fragment or address.endswith(("?", "#")):
        hints = ("A question mark in an address begins the query. Here it is a letter of the name: quote it.",)
    elif unquote(unquote(parts.path)) == path != unquote(parts.path):
        hints = ("The percent sign itself was quoted: this text was quoted twice.",)
    elif " " in address:
        hints = ("A space has no place in an address: quote it.",)
    elif "+" in address:
        hints = ("`quote_plus` and `urlencode` are for queries: in a path a plus is a plus.",)
    elif "%2F" in address:
        hints = ("A slash stays a slash here.",)
    right = address.isascii() and unquote(parts.path) == path and not (parts.query or parts.fragment)
    right = right and not re.search(r"[ +]|%(?![0-9A-Fa-f]{2})|[?#]$", address) and "%2F" not in address
    return observe(right, did, expected, saw, *hints)


@exercise("02/close", "Give back what you hold", files={"warehouse.py": "warehouse.py"})
def close(site: Site, *, rows: Sequence[str] = ("green tea 12", "black tea 4", "cups 30")) -> Iterator[Observation]:
    """`rows`: what the warehouse has. A cursor has to be closed at the end, after a failure, and when a visitor leaves."""
    lines = "".join(f"{row}\n" for row in rows)
    site.prepare(rows="\n".join(rows))
    answer = site.ask("GET", "/")
    yield observe(
        answer.status == 200, "GET /", "200 OK", f"{answer.status} {answer.reason}", "Nothing has failed here."
    )
    yield observe(
        answer.text == lines,
        "GET /",
        f"{len(rows)} lines: {show(lines, 120)}",
        show(answer.text, 120),
        "One row of the warehouse is one line that ends with \\n.",
    )
    given_back = _given_back(
        site, "GET /", "Where is the cursor closed?", "It does not close by itself when the last row has been read."
    )
    yield given_back
    if not given_back.holds:
        return

    site.prepare(rows="\n".join(rows), fails_after="1")
    did = "GET /, when the warehouse fails after one row"
    site.ask("GET", "/", may_raise=True, may_break=True)
    yield _given_back(
        site,
        did,
        "An exception leaves a loop at once: what stands below the loop is not reached.",
        "What has to happen in any case stands in `finally`, or in the close() of the iterable.",
    )
    yield from _visitor_leaves(site, rows)


def _visitor_leaves(site: Site, rows: Sequence[str]) -> Iterator[Observation]:
    """Read one row, hang up, and let the warehouse have as many rows as a server may ask for."""
    did = "GET /, from a visitor who leaves after the first row"
    many = [rows[0], *(f"row {n}" for n in range(2, 400))]
    site.prepare(rows="\n".join(many), gated="")
    arrived = True
    with site.conversation() as talk:
        talk.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        site.allow("gate")
        try:
            talk.read_until(rows[0].encode(), PATIENCE)
        except wire.WireError:
            arrived = False
        talk.abort()
    site.allow("gate", "\n" * len(many))
    hint = "The block with the first row has to leave before the second row is asked for: yield row by row."
    yield observe(arrived, did, "the first row arrives at once", "it arrives" if arrived else "it did not", hint)
    if arrived:
        given_back = _given_back(
            site,
            did,
            "Nobody asks for the rest of the rows now, so a loop that waits to be asked stays where it is.",
            "The server calls close() on what the application returned. In a generator that ends the loop with "
            "GeneratorExit, and `finally` is done.",
        )
        returned = [event for event in site.events() if event["event"] == "returned"]
        yield given_back
        yield observe(
            returned and returned[-1]["has_close"],
            did,
            "the iterable has a close() for the server to call",
            "it has one"
            if returned and returned[-1]["has_close"]
            else "it has none: the cursor was closed when Python threw the iterable away",
            "`__del__` runs when Python likes to, and on some Pythons much later. close() is called at once.",
        )
    site.look(did, may_raise=True)


def _given_back(site: Site, did: str, *hints: str) -> Observation:
    """Whether every cursor that was opened was closed; the server may need a moment to get there."""
    deadline = time.monotonic() + PATIENCE
    while len(site.journal("closed")) < len(site.journal("opened")) and time.monotonic() < deadline:
        time.sleep(0.005)
    opened, closed = len(site.journal("opened")), len(site.journal("closed"))
    saw = f"{opened} opened, {closed} closed"
    if not opened:
        return observe(
            False, did, "a cursor is opened", "none was opened", "`open_cursor()` of the warehouse gives one."
        )
    return observe(closed == opened, did, "every cursor that is opened is closed", saw, *hints)
