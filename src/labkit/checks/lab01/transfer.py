"""lab01, second half: what is transferred, and what happens when the transfer goes wrong.

Exercises 5 to 8: ``stream``, ``errors``, ``head``, ``hostile``.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from labkit import wire

from ..registry import exercise
from ..site import Over, Site, cut, observe, raised
from ..verdict import Observation

PATIENCE = 4.0  # seconds for a row that does not come
GRACE = 1.0  # seconds for a row to arrive after the next one was asked for: it was sent before, or never


def _cut(value: Any) -> str:
    """A value as repr, on one line and not too long."""
    return cut(repr(value), 110)


def _count(number: int, word: str) -> str:
    """``1 row``, ``3 rows``."""
    return f"{number} {word}" + "s" * (number != 1)


def _told(rows: list[Observation], did: str, expected: str) -> list[Observation]:
    """The rows that do not hold; one for all of them when they do."""
    return [row for row in rows if not row.holds] or [observe(True, did, expected, expected)]


def _title(answer: wire.Answer) -> str:
    return f"{answer.status} {answer.reason}"


def _plain_utf8(answer: wire.Answer, did: str) -> Observation:
    """Content-Type is text/plain with the charset of its bytes."""
    said = answer.header("Content-Type")
    words = (said or "").lower().replace(" ", "").replace('"', "").split(";")
    return observe(
        words[0] == "text/plain" and "charset=utf-8" in words[1:],
        did,
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Type: {said}" if said else "no Content-Type",
        "The client has to be told what the bytes are: text, and in which encoding.",
        "Compare the header's value with the task, letter by letter.",
    )


# 5. stream


@exercise("lab01/stream", "Streaming that is really streamed", files={"warehouse.py": "warehouse.py"})
def stream(
    site: Site, *, rows: tuple[str, ...] = ("Assam: 12", "Sencha 煎茶: 7", "Earl Grey: 31")
) -> Iterator[Observation]:
    """Rows are handed out one by one, each only after the client has the one before."""
    at_import = site.journal("opened")
    site.prepare(gated="", rows="\n".join(rows))
    if at_import:
        yield observe(
            False,
            "loaded stream.py",
            "no cursor is open before a client asks",
            "open_cursor() was called on import",
            "Code at the top level of the file runs once, when the server starts. Each request needs a cursor of its own.",
            "Move the call of open_cursor() into the function that answers.",
        )
        return
    answer = yield from _row_by_row(site, rows)
    if answer is None:
        return
    yield from _stock_list(answer, rows)
    closed = _cursor_closed(site, "GET /stock, to the end", NORMAL_END)
    yield closed
    if not closed.holds:
        return
    site.prepare(gated="", rows="\n".join(rows))
    with site.conversation() as talk:
        talk.send(_request(site, "/stock"))
        site.allow("gate")
        _comes(site, talk, 1, 0)
        talk.abort()
    for _ in rows:
        site.allow("gate")
    yield _cursor_closed(site, "the client went away after row 1", CLIENT_LEFT, may_raise=True)


NORMAL_END = (
    "Who closes the cursor when the last row is sent? The warehouse has few connections.",
    "A `try` with `finally` around the loop, in the code that runs while the rows are sent, is one place for close().",
)
CLIENT_LEFT = (
    "When the client is gone, the server asks for no more rows. What stands after your loop never runs.",
    "The server calls close() of what you returned (PEP 3333). In a generator that runs `finally`; a class of your own "
    "needs a close() method; `map` and a generator expression run no clean-up of yours.",
)


def _request(site: Site, target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: {site.server.host}\r\nConnection: close\r\n\r\n".encode()


def _body_so_far(raw: bytes) -> int:
    """How many bytes of the body (with its chunk sizes) have arrived; the chunk that ends it is no part of it."""
    head, end, rest = raw.partition(b"\r\n\r\n")
    return len(rest.removesuffix(b"0\r\n\r\n")) if end else 0


def _comes(site: Site, talk: wire.Conversation, row: int, before: int) -> bool:
    """Whether more of the body arrives, now that this row may be handed out."""
    deadline = time.monotonic() + PATIENCE
    while (now := time.monotonic()) < deadline:
        try:
            talk.read_until(lambda raw: _body_so_far(raw) > before, timeout=0.1)
            return True
        except wire.NoAnswer:
            if f"1 {row + 1}" in site.journal("asked"):
                deadline = min(deadline, now + GRACE)
        except wire.WireError:  # the connection ended
            return False
    return False


def _row_by_row(site: Site, rows: tuple[str, ...]) -> Iterator[Observation]:
    """Hand out the rows one by one. Returns the answer; ``None`` when there is nothing more to look at."""
    did, wanted, late = "GET /stock, one row at a time", "each row reaches the client before the next is asked for", 0
    answer, words = None, ""
    with site.conversation() as talk:
        talk.send(_request(site, "/stock"))
        for row in range(1, len(rows) + 1):
            site.allow("gate")
            if not _comes(site, talk, row, _body_so_far(talk.received)):
                late = row
                break
        asked = site.journal("asked")
        for _ in rows:
            site.allow("gate")
        try:
            answer = talk.answer("GET")
            talk.wait_closed()
        except wire.WireError as error:
            words = str(error)
    if answer and answer.status == 200 and answer.header("Content-Length"):
        yield observe(
            False,
            did,
            "no Content-Length",
            f"Content-Length: {answer.header('Content-Length')}",
            "How could the length be known before the last row has come?",
            "Leave the header out: the server sends the blocks as chunks and marks the end.",
        )
        return None
    if any(e["event"] == "raised" and e["message"] == "this cursor is closed" for e in site.events()):
        yield observe(
            False,
            did,
            "the cursor stays open until its rows are sent",
            "the rows were wanted after close(): 'this cursor is closed'",
            "When does the server read the iterable that you return? Is the cursor still open then?",
            "`return` ends a `with` or a `try` around it at once, before the first row. The body of a generator function "
            "runs while the rows are sent.",
        )
        return None
    events = site.look("GET /stock")
    if answer is None:
        yield observe(False, did, "an answer", words, "Does the loop over the cursor end when the cursor does?")
    elif answer.status != 200:
        yield observe(False, did, "200 OK", _title(answer), "The path is /stock, the method GET.")
    elif not late:
        yield observe(True, did, wanted, f"{_count(len(rows), 'row')}, one after the other")
        return answer
    elif not asked:
        yield observe(
            False,
            did,
            "the rows of open_cursor()",
            f"the warehouse was not asked for any row; the body is {_cut(answer.text)}",
            "The stock list comes from the module warehouse: open_cursor() and a loop over what it returns.",
        )
    elif f"1 {late + 1}" in asked:
        hints = (
            "One row is held back until the next is there. With a slow warehouse the client waits for nothing.",
            "Hand over each row in the turn of the loop that gets it.",
        )
        if any(e["event"] == "returned" and e["len"] for e in events):
            hints = (
                "What was returned is a list. It is full before the server sees it.",
                "A generator gives one block, waits until the server has sent it, and goes on.",
            )
        elif len(answer.chunks) == 1:
            hints = (
                "All rows came in one block. It was put together before it was handed over.",
                "list(), join() and sorted() need all rows first. Hand over each row in the turn of the loop that gets it.",
            )
        yield observe(
            False,
            did,
            wanted,
            f"the warehouse was asked for row {late + 1} before row {late} had reached the client",
            *hints,
        )
    else:
        yield observe(
            False,
            did,
            f"row {late} reaches the client",
            f"nothing more came after row {late - 1}; the body is {_cut(answer.text)}",
            "Does the loop go on until the cursor has no more rows?",
            "The number of rows is not known beforehand: let `for` find the end.",
        )
    return None


def _stock_list(answer: wire.Answer, rows: tuple[str, ...]) -> Iterator[Observation]:
    """The headers and the blocks of a stock list that came row by row."""
    lines = [row.encode() + b"\n" for row in rows]
    yield _plain_utf8(answer, "GET /stock, headers")
    if answer.framing != "chunked" or answer.chunks == lines:
        yield observe(
            answer.body == b"".join(lines),
            "GET /stock, body",
            _cut("".join(row + "\n" for row in rows)),
            _cut(answer.text),
            "Compare the two line by line.",
        )
        return
    expected = f"{len(lines)} blocks, each a row and its newline: {_cut(lines[0])} ..."
    blocks = answer.chunks
    saw = f"{len(blocks)} blocks: {_cut(blocks[0]) if blocks else ''} ..."
    hints = ("Compare the first block with the row: what is missing, or too much?",)
    if blocks and len(blocks) > len(lines) and max(map(len, blocks)) <= 4:
        saw = f"{len(blocks)} blocks of one byte or character each: {', '.join(map(repr, blocks[:3]))} ..."
        hints = (
            "A row was taken apart: iterating over bytes or text gives its parts one by one, and each becomes a block.",
            "Hand over the row as a whole: `yield line`, not `yield from line`.",
        )
    elif blocks == [line[:-1] for line in lines]:
        saw = f"{len(blocks)} blocks without a newline: {_cut(blocks[0])} ..."
        hints = (
            "All rows stand on one line at the client's.",
            "A row of the cursor has no newline at its end. Add one to each.",
        )
    elif b"".join(blocks) == b"".join(lines):
        saw = f"{len(blocks)} blocks: {', '.join(map(_cut, blocks[:2]))} ..."
        hints = ("The bytes are right, the blocks are not: one block for each row, with its newline in it.",)
    elif any(block[:2] in (b"b'", b'b"') for block in blocks):
        saw = f"the text of a Python bytes object: {_cut(blocks[0])}"
        hints = ("str() of bytes writes the b and the quotes too. Text becomes bytes with .encode().",)
    elif any(b"?" in block and b"?" not in line for block, line in zip(blocks, lines, strict=False)):
        saw = f"characters are lost: {_cut(next(b for b in blocks if b'?' in b))}"
        hints = ("UTF-8 has a code for every character; ASCII and latin-1 have not.",)
    elif len(blocks) < len(lines):
        saw = f"{_count(len(blocks), 'block')} for {_count(len(lines), 'row')}"
        hints = ("Rows are missing. Does the loop end before the cursor does?",)
    yield observe(False, "GET /stock, blocks of the body", expected, saw, *hints)


def _cursor_closed(site: Site, did: str, hints: tuple[str, str], may_raise: bool = False) -> Observation:
    """Every cursor that was opened is closed by the time that the one worker takes up another request."""
    opened = site.journal("opened")
    site.ask("GET", "/stock", may_raise=may_raise, may_break=may_raise)
    closed = set(opened) <= set(site.journal("closed"))
    return observe(
        closed, did, "the cursor is closed", "it is closed" if closed else "the cursor is still open", *hints
    )


# 6. errors


@exercise("lab01/errors", "Errors before and after the headers", files={"warehouse.py": "warehouse.py"})
def errors(
    site: Site,
    *,
    rows: tuple[str, ...] = ("Assam: 12", "Sencha 煎茶: 7", "Earl Grey: 31"),
    message: str = "warehouse-7 lost, user shop, password oolong88",
    after: int = 2,
) -> Iterator[Observation]:
    """The warehouse works, has nothing, refuses, fails before the first row, fails in the middle."""
    text = "\n".join(rows)
    site.prepare(rows=text)
    answer = site.ask("GET", "/stock")
    all_rows = "".join(row + "\n" for row in rows)
    yield observe(answer.status == 200, "GET /stock", "200 OK", _title(answer), "Nothing has failed here yet.")
    yield observe(
        answer.text == all_rows, "GET /stock, body", _cut(all_rows), _cut(answer.text), "As in the exercise before."
    )
    if answer.text != all_rows:
        return

    site.prepare(rows="")
    did = "GET /stock, nothing in stock"
    try:
        answer = site.ask("GET", "/stock", may_raise=True)
    except Over:  # gunicorn takes a StopIteration out of app() for its own: no answer, nothing in the log
        site.problems[:] = list(_crash(site, did, bool)) or site.problems
        raise
    if crash := list(_crash(site, did, bool)):
        yield from crash
        return
    yield observe(
        (answer.status, answer.body) == (200, b""),
        did,
        "200 OK and an empty body",
        f"{_title(answer)}, {_cut(answer.text)}",
        "A list without rows is no error. The cursor ends before it has given a first row.",
        "next(cursor) raises StopIteration then; a second argument, next(cursor, None), tells it apart.",
    )
    yield from _before(site, "GET /stock, open_cursor() fails", message, rows=text, refuses="")
    yield from _before(site, "GET /stock, the first row fails", message, rows=text, fails_after="0")
    yield from _after(site, rows, after, message)


BUGS = {"AttributeError", "IndexError", "KeyError", "NameError", "TypeError", "UnboundLocalError"}  # never on purpose


def _crash(site: Site, did: str, unwanted: Callable[[str], bool]) -> Iterator[Observation]:
    """The exception of an unwanted type that left the application, with the mistakes that people make here."""
    events = [e for e in site.recent if e["event"] == "raised" and not e["refused"] and unwanted(e["type"])]
    for event in events[:1]:
        kind, text = event["type"], event["message"]
        observation = raised(did, event, site.folder)
        hints = observation.hints
        if kind == "StopIteration":
            observation = replace(
                observation, saw="the application raised StopIteration: the cursor had no row to give"
            )
            hints = (
                "next() on a cursor without rows raises StopIteration. It left `app`, and the server hung up without an answer.",
                "Use next(cursor, None), or a `for` loop, which handles the end by itself.",
            )
        elif "StopIteration" in text.split():
            hints = (
                "next() on a cursor without rows raises StopIteration, and that is no end that a generator may have.",
                "Use next(cursor, None), or a `for` loop, which handles the end by itself.",
            )
        elif kind == "UnboundLocalError":
            hints = (
                "Which lines have run when open_cursor() itself raises? A name that was to be set there does not exist.",
                "Begin the `try` that closes the cursor after the cursor is there, or set the name to None first.",
            )
        elif kind == "AttributeError" and "NoneType" in text:
            hints = ("When open_cursor() raises there is no cursor to close.",)
        yield replace(observation, hints=hints)


def _before(site: Site, did: str, message: str, **files: str) -> Iterator[Observation]:
    """A failure before the first row: an honest status, nothing told to the client, everything told to the log."""
    site.prepare(message=message, **files)
    start = len(site.server.log)
    answer = site.ask("GET", "/stock", may_raise=True, may_break=True)
    if crash := list(_crash(site, did, "WarehouseError".__ne__)):
        yield from crash
        return
    uncaught = any(e["event"] == "raised" for e in site.recent)
    hints = (
        "No row has been sent yet, so the status can still be chosen.",
        "Catch WarehouseError from open_cursor() and from the first row. Either get the first row before start_response, or call "
        "start_response again with sys.exc_info() as its third argument.",
    )
    saw = _title(answer)
    if answer.status == 200:
        sent = f", {_cut(answer.text)}" if answer.body else ", an empty body" if answer.complete else ""
        saw = f"200 OK{sent}"
        if not answer.complete:
            saw += ", an answer that breaks off: the headers were gone before the first row was known"
            hints = (
                "Headers leave with the first block, and gunicorn lets even an empty one, b'', take them along.",
                "Hand over nothing before the first row is there.",
            )
    elif uncaught:
        saw += " from gunicorn: WarehouseError went through your application"
    if answer.status != 503:
        yield observe(False, did, "503 Service Unavailable", saw, *hints)
        return
    rows = [
        _sentence(answer, did, any(e["event"] == "returned" and e["type"] == "generator" for e in site.recent)),
        _nothing_told(answer, did, message),
        _cursor_closed(site, did, FAILED, may_raise=True),
        _logged(site.server.log[start:], did, message),
    ]
    yield from _told(rows, did, "503 Service Unavailable; the cursor is closed, the error is in the log alone")


def _sentence(answer: wire.Answer, did: str, generator: bool) -> Observation:
    """The 503 has a body, with words in it."""
    hints = ("The status is for programs. A person needs a sentence: return it as the body, in bytes.",)
    if generator:
        hints = (
            "In a function with `yield`, `return [...]` hands nothing over.",
            "What the client is to have, such a function has to `yield`; a bare `return` may follow.",
        )
    saw = "the body is empty" if not answer.body else f"a body of white space: {_cut(answer.body)}"
    return observe(bool(answer.body.strip()), f"{did}, body", "a sentence of your own for the client", saw, *hints)


FAILED = (
    "A cursor that failed holds its connection too, until it is closed.",
    "Put close() where it runs after an error as well as after the last row: `finally`.",
)


def _nothing_told(answer: wire.Answer, did: str, message: str) -> Observation:
    """Nothing of the error's text is in the answer."""
    raw = answer.raw.decode("utf-8", "replace")
    words = [
        "Traceback",
        message,
        *(w for w in message.split() if any(c.isdigit() for c in w)),
        "WarehouseError",
        ".py",
    ]
    told = next((word for word in words if word in raw), "")
    return observe(
        not told,
        did,
        "an answer that tells nothing of the inside",
        f"the client can read {_cut(told)} in: {_cut(answer.text)}" if told else _cut(answer.text),
        "The error's text has names and passwords of the inside. It is for the log, not for the client.",
        "Write a sentence of your own for the client; leave out str(error), repr(error) and the traceback.",
    )


def _logged(log: str, did: str, message: str) -> Observation:
    """The traceback is in the server's log, where ``wsgi.errors`` goes."""
    trace, words = "Traceback (most recent call last)" in log, f"WarehouseError: {message}" in log
    saw = "the traceback, with the error's text" if trace and words else "nothing of the error"
    if not trace and message in log:
        saw = "the error's text, but no traceback"
    elif trace and not words:
        saw = "a traceback, but not of this WarehouseError"
    return observe(
        trace and words,
        f"{did}, the log",
        "the traceback of WarehouseError in the server's log",
        saw,
        "Whoever looks after the shop tomorrow has the log alone: it must say where the error happened.",
        "traceback.print_exc() has an argument `file`; environ['wsgi.errors'] is the file to give it.",
    )


def _after(site: Site, stock: tuple[str, ...], after: int, message: str) -> Iterator[Observation]:
    """A failure when rows are on their way: they arrive, and the client can see that the answer is not whole."""
    did = f"GET /stock, the warehouse fails after row {after}"
    site.prepare(rows="\n".join(stock), fails_after=str(after), message=message)
    start = len(site.server.log)
    answer = site.ask("GET", "/stock", may_raise=True, may_break=True)
    wanted = "".join(row + "\n" for row in stock[:after])
    expected = f"200 OK, rows 1 to {after}, then the connection breaks off"
    if answer.status != 200:
        yield observe(
            False,
            did,
            expected,
            f"{_title(answer)}: rows 1 to {after} did not reach the client",
            "The rows that came before the error were to be sent at once.",
            "list(cursor) gets all rows before the first is sent: then every error comes before the headers, and a long list "
            "needs a long wait.",
        )
        return
    if answer.text != wanted:
        extra = answer.text[len(wanted) :] if answer.text.startswith(wanted) else ""
        saw = f"after row {after} came {_cut(extra)}" if extra else _cut(answer.text)
        yield observe(
            False,
            did,
            expected,
            saw,
            "Under 200 OK, whatever you add to the body is part of the stock list. No client looks there for an error.",
            "After the first row nothing can be said any more. Only breaking off is left.",
        )
        return
    if answer.complete:
        yield observe(
            False,
            did,
            expected,
            "a whole answer, that ends as if there were no more rows",
            "The client takes the list for complete and sells out the rest. How would it notice?",
            "Let the exception out, with `raise`, or through start_response with sys.exc_info(). The server then leaves out "
            "the last chunk.",
        )
        return
    if crash := list(_crash(site, did, BUGS.__contains__)):
        yield from crash
        return
    rows = [_cursor_closed(site, did, FAILED, may_raise=True), _logged(site.server.log[start:], did, message)]
    yield from _told(rows, did, expected)


# 7. head


@exercise("lab01/head", "HEAD, Content-Length and 304", files={"menu.py": "menu.py"})
def head(
    site: Site,
    *,
    path: str = "/sencha",
    text: str = "Sencha 煎茶: 3 € a cup\n",
    other: str = "Sencha 煎茶: 4 € a cup\n",
) -> Iterator[Observation]:
    """GET and HEAD agree; a client that has the page is not sent it again."""
    site.prepare(pages=json.dumps({path: text, "/": "Welcome.\n"}))
    did = f"GET {path}"
    got = site.ask("GET", path)
    yield observe(got.status == 200, did, "200 OK", _title(got), "menu.page() is asked for the path of the request.")
    yield observe(
        got.body == text.encode(),
        f"{did}, body",
        _cut(text),
        _cut(got.text),
        "The body is the text of the page, as UTF-8, unchanged.",
    )
    if got.status != 200:
        return
    yield _plain_utf8(got, f"{did}, headers")
    yield _length(got, f"{did}, headers")
    etag = got.header("ETag") or ""
    yield _quoted(etag, f"{did}, headers")
    yield from _same_without_body(site, path, got)
    if not _is_tag(etag):
        return
    yield from _conditional(site, path, got, etag)
    yield _other_text(site, path, etag, other)
    for method in ("GET", "HEAD"):
        answer = site.ask(method, "/nothing-here")
        yield observe(
            answer.status == 404,
            f"{method} /nothing-here",
            "404 Not Found",
            _title(answer),
            "menu.page() gives None there.",
        )
    for method in ("DELETE", "POST"):
        yield _not_allowed(site.ask(method, path), f"{method} {path}")


def _not_allowed(answer: wire.Answer, did: str) -> Observation:
    """405 and its Allow (RFC 9110 section 15.5.6)."""
    if answer.status != 405:
        return observe(
            False,
            did,
            "405 Method Not Allowed",
            _title(answer),
            "The page is there, but it cannot be changed: only GET and HEAD are answered.",
        )
    allow = answer.header("Allow") or ""
    methods = {one.strip() for one in allow.split(",")}
    return observe(
        methods >= {"GET", "HEAD"} and not methods & {"POST", "DELETE"},
        did,
        "405 Method Not Allowed, Allow: GET, HEAD",
        f"{_title(answer)}, " + (f"Allow: {allow}" if allow else "no Allow"),
        "A 405 has to say which methods there are (RFC 9110, section 15.5.6).",
    )


def _is_tag(etag: str) -> bool:
    return len(etag) > 2 and etag.startswith('"') and etag.endswith('"') and '"' not in etag[1:-1]


def _length(answer: wire.Answer, did: str) -> Observation:
    said, size = answer.header("Content-Length"), len(answer.body)
    return observe(
        said == str(size),
        did,
        f"Content-Length: {size}",
        f"Content-Length: {said}" if said is not None else "no Content-Length",
        "Content-Length counts the bytes of the body.",
        "Encode first, then count. The header's value is text: str(len(body)).",
    )


def _quoted(etag: str, did: str) -> Observation:
    hints = (
        "An entity tag is written in double quotes; they are part of the header's value (RFC 9110, section 8.8.3).",
        'ETag: "abc" on the wire is the Python text \'"abc"\'.',
    )
    if etag.startswith("W/"):
        hints = ("W/ marks a weak tag. This page is the same byte by byte, so its tag is a strong one, without W/.",)
    return observe(
        _is_tag(etag),
        did,
        'an ETag in double quotes, as in ETag: "5d41402a"',
        f"ETag: {etag}" if etag else "no ETag",
        *hints,
    )


def _same_without_body(site: Site, path: str, got: wire.Answer) -> Iterator[Observation]:
    """HEAD answers as GET does, and leaves out the body (RFC 9110 section 9.3.2)."""
    did = f"HEAD {path}"
    answer = site.ask("HEAD", path)
    yield observe(
        answer.status == got.status,
        did,
        f"{_title(got)}, as for GET",
        _title(answer),
        "HEAD asks for the headers that GET would get. It is a method of its own: REQUEST_METHOD is 'HEAD'.",
        "Handle HEAD in the same branch as GET; leave out the body alone.",
    )
    if answer.status != got.status:
        return
    for name in ("Content-Length", "Content-Type", "ETag"):
        wanted, said = got.header(name), answer.header(name)
        if wanted is None or wanted == said:
            continue
        hints = ("The headers of HEAD are those of GET: build them once, for both.",)
        if name == "Content-Length" and said == "0":
            hints = (
                "HEAD tells how long the body of GET would be; a client asks in order to know that.",
                "Build the headers from the whole body, then return nothing of it.",
            )
        yield observe(
            False, did, f"{name}: {wanted}, as for GET", f"{name}: {said}" if said is not None else f"no {name}", *hints
        )
        return
    yield observe(True, did, "the same headers, no body", "the same headers, no body")


def _conditional(site: Site, path: str, got: wire.Answer, etag: str) -> Iterator[Observation]:
    """If-None-Match (RFC 9110 section 13.1.2)."""
    asked = (
        ("GET", etag, 304, "The client has this page already: its tag is the page's tag."),
        ("HEAD", etag, 304, "HEAD is answered as GET would be, so with 304 here."),
        ("GET", f'"{etag[1:-1]}x"', 200, "This tag is another one; it only begins in the same way."),
        (
            "GET",
            f'"old", {etag}',
            304,
            "If-None-Match may hold several tags, with commas between. One of them is the page's.",
        ),
        ("GET", f"W/{etag}", 304, "A proxy may have put W/ in front. For If-None-Match that makes no difference."),
        ("GET", "*", 304, "A star stands for any tag: there is a page, so it matches."),
    )
    for method, tags, wanted, hint in asked:
        did = f"{method} {path} with If-None-Match: {tags}"
        answer = site.ask(method, path, headers=[("If-None-Match", tags)])
        title = {304: "304 Not Modified", 200: "200 OK"}[wanted]
        rows = [
            observe(
                answer.status == wanted,
                did,
                title,
                _title(answer),
                hint,
                "The header is environ['HTTP_IF_NONE_MATCH'].",
            )
        ]
        if answer.status == wanted == 304:
            rows += _not_modified(answer, did, got, etag)
        failing = [row for row in rows if not row.holds]
        yield from failing or rows[:1]
        if failing:
            return


def _not_modified(answer: wire.Answer, did: str, got: wire.Answer, etag: str) -> list[Observation]:
    """The headers of a 304 (RFC 9110 sections 15.4.5 and 8.6)."""
    length = answer.header("Content-Length")
    return [
        observe(
            answer.header("ETag") == etag,
            did,
            f"a 304 with the page's tag, ETag: {etag}",
            f"ETag: {answer.header('ETag')}" if answer.header("ETag") else "no ETag",
            "The client keeps the tag of the answer. RFC 9110, section 15.4.5, asks for it in a 304 too.",
        ),
        observe(
            length in (None, got.header("Content-Length")),
            did,
            f"no Content-Length, or GET's: {got.header('Content-Length')}",
            f"Content-Length: {length}",
            "In a 304, Content-Length would speak about the page, not about this answer (RFC 9110, section 8.6).",
            "Leave it out.",
        ),
    ]


def _other_text(site: Site, path: str, etag: str, other: str) -> Observation:
    """The tag stands for the text: another text, another tag."""
    site.prepare(pages=json.dumps({path: other, "/": "Welcome.\n"}))
    did = f"GET {path}, after its text has changed"
    answer = site.ask("GET", path)
    if answer.body != other.encode():
        return observe(
            False,
            did,
            _cut(other),
            _cut(answer.text),
            "The old text is still there. Ask menu.page() for each request anew.",
        )
    return observe(
        answer.header("ETag") != etag,
        did,
        f"another ETag than {etag}",
        f"ETag: {answer.header('ETag')}",
        "A client that has the old text would get 304, and show the old price for ever.",
        "Make the tag from the body: a digest of its bytes (hashlib).",
    )


# 8. hostile

LIMIT = 4096  # bytes of a note, as the task says


@exercise("lab01/hostile", "A hostile request")
def hostile(
    site: Site,
    *,
    host: str = "evil.example",
    inside: str = "/tea/sencha?cups=2",
    notes: tuple[str, str] = ("No sugar, please.", "Tè verde 煎茶\nand a scone"),
    half: str = "two cups of Assam",
) -> Iterator[Observation]:
    """Requests that no browser sends, between requests that every shop must answer."""
    answer = site.ask("GET", "/health")
    saw = f"{_title(answer)}, {_cut(answer.text)}"
    yield observe(answer.status == 200, "GET /health", "200 OK", saw, "The plain requests come first.")
    answer = site.ask("GET", "/notes")
    saw = f"{_title(answer)}, {_cut(answer.text)}"
    hint = "No note has been posted yet: an empty JSON list."
    yield observe(answer.status == 200 and _list(answer) == [], "GET /notes, at the start", "200 OK, []", saw, hint)
    yield from _redirects(site, host, inside)
    did, rows = "GET a path that is not UTF-8", []
    for target in ("/%FF%FE", "/tea/%C3"):
        answer = site.ask("GET", target)
        hint = "These bytes are not UTF-8. No page has this name, so it is not found."
        rows.append(observe(answer.status == 404, f"GET {target}", "404 Not Found", _title(answer), hint))
    yield from _told(rows, did, "404 Not Found")
    yield from _notes(site, notes, half)
    answer = site.ask("GET", "/health")
    yield observe(answer.status == 200, "GET /health, at the end", "200 OK", _title(answer), "Is the shop still open?")


def _list(answer: wire.Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _redirects(site: Site, host: str, inside: str) -> Iterator[Observation]:
    """Inside the site, and nowhere else."""
    target = f"/go?to={quote(inside, safe='/')}"
    answer = site.ask("GET", target)
    where = answer.header("Location")
    yield observe(
        (answer.status, where) == (303, inside),
        f"GET {target}",
        f"303 See Other, Location: {inside}",
        f"{_title(answer)}, Location: {where}",
        "The value of `to` is decoded (%2F, %3F) and goes into Location.",
    )
    if answer.status != 303:
        return
    answer = site.ask("GET", "/go?to=/")
    where = answer.header("Location")
    yield observe(
        (answer.status, where) == (303, "/"),
        "GET /go?to=/",
        "303 See Other, Location: /",
        _title(answer) + (f", Location: {where}" if where else ""),
        "The front page is a page of this site too: `/` alone, with no next character.",
        "Only a next character that is there can be a wrong one.",
    )
    ways = (
        (f"https://{host}/", "It is an address of another site. The shop would send its visitors to a stranger."),
        (f"//{host}/", "Two slashes begin the address of another host: a browser puts https: in front of it."),
        (f"/\\{host}/", "Browsers read \\ as /, so this is // for them."),
        (f"/\t/{host}/", "Browsers drop a tab, and then there are two slashes."),
        (
            "/ok\r\nSet-Cookie: cup=1",
            "CR LF ends the header: what follows would be a header that a stranger has written.",
        ),
        ("/tee/grün", "A header has no characters beyond ASCII; the task allows ! to ~ alone."),
        ("/a b", "An address has no blank in it; the task allows ! to ~ alone."),
        ("tea", "This path does not begin with a slash: a browser takes it as beginning where it is now."),
        ("", "An empty address is none."),
    )
    asked = [(f"/go?to={quote(value, safe='')}", hint, "") for value, hint in ways]
    asked.append(("/go?to=/%FF", "%FF is not UTF-8. What does the decoding make of it?", "/%FF"))
    asked.append(("/go", "There is no `to` at all.", ""))
    failed = False
    for target, hint, harmless in asked:
        row = _refused(site, target, hint, harmless)
        if not row.holds:
            failed = True
            yield row
    if not failed:
        what = f"GET /go with {len(asked)} addresses that are no path of this site"
        yield observe(True, what, "400 Bad Request", "400 Bad Request")


def _refused(site: Site, target: str, hint: str, harmless: str = "") -> Observation:
    """A redirect that must not be. ``harmless``: a Location that is none the worse, left as it came."""
    answer = site.ask("GET", target)
    where = answer.header("Location")
    return observe(
        answer.status == 400 or (harmless and (answer.status, where) == (303, harmless)),
        f"GET {target}",
        "400 Bad Request",
        _title(answer) + (f", Location: {where}" if where else ""),
        hint,
        "Say what is allowed (the list in the task) and refuse all else, after decoding.",
    )


def _post(
    site: Site,
    did: str,
    body: bytes,
    headers: tuple[str, ...] = (),
    *,
    length: int | None = None,
    end: bool = False,
    may_wait: bool = False,
) -> wire.Answer | None:
    """Post a note, whole or in part.

    Args:
        did: what we do, for the observation.
        body: what is sent of the body.
        headers: whole lines; none of them and no ``length``: Content-Length is the body's.
        length: what Content-Length says instead.
        end: close our side after it.
        may_wait: no answer is no problem; ``None`` comes back.

    Raises:
        Over: no answer, or the application broke the protocol.
    """
    lines = headers or (f"Content-Length: {len(body) if length is None else length}",)
    head = "".join(
        f"{line}\r\n" for line in ("POST /notes HTTP/1.1", f"Host: {site.server.host}", "Connection: close", *lines)
    )
    with site.conversation() as talk:
        talk.send(head.encode() + b"\r\n" + body)
        if end:
            talk.end_sending()
        try:
            answer = talk.answer("POST", timeout=GRACE * 2 if may_wait else PATIENCE)
            talk.wait_closed()
        except wire.WireError:
            answer = None
    site.look(did)
    if answer is None and not may_wait and not site.problems:
        hints = (
            "The application waits for something. Is it for bytes that never come, or for a lock?",
            "When the client is gone, read() gives b'': a loop needs a way out. What a refused request has taken, such as "
            "a lock, it has to give back.",
        )
        site.problems.append(
            Observation(did, "an answer", "no answer, and the shop serves nobody else meanwhile", False, hints)
        )
    if site.problems:
        raise Over
    return answer


def _notes(site: Site, notes: tuple[str, str], half: str) -> Iterator[Observation]:
    """Notes that are accepted, and between them those that are not."""
    first, second = notes
    longest, part = "x" * LIMIT, half.encode()
    no_length = (
        "The size of this note is not known: there is no CONTENT_LENGTH in environ, or it is empty.",
        "411 Length Required is the status for that. Look before you call int().",
    )
    fine = "A note of up to 4096 bytes of UTF-8 is accepted."
    too_short = f"POST /notes, Content-Length: {len(part) + 10}, {len(part)} bytes come, then the end"
    chunked = {"headers": ("Transfer-Encoding: chunked",)}
    none = {"headers": ("Content-Type: text/plain",)}
    not_utf8 = (
        "What is not UTF-8 cannot be decoded without loss. It is the client's mistake, and the client should know."
    )
    halved = (
        "read(n) may give fewer than n bytes: when the client is gone. Half a note is no note.",
        "Compare the length of what you read with CONTENT_LENGTH before you store it.",
    )

    def post(status: int, did: str, body: bytes, *hints: str, **how: Any) -> Observation:
        answer = _post(site, did, body, **how)
        return observe(answer.status == status, did, f"{status} {HTTPStatus(status).phrase}", _title(answer), *hints)

    steps = (
        lambda: post(201, "POST /notes", first.encode(), fine),
        lambda: post(411, "POST /notes without Content-Length", b"", *no_length, **none),
        lambda: post(
            411, "POST /notes, chunked, without Content-Length", b"2\r\nhi\r\n0\r\n\r\n", *no_length, **chunked
        ),
        lambda: post(400, "POST /notes with bytes that are not UTF-8", b"gr\xfcn", not_utf8),
        lambda: _too_long(site),
        lambda: post(201, f"POST /notes with {LIMIT} bytes", longest.encode(), fine),
        lambda: post(400, too_short, part, *halved, length=len(part) + 10, end=True),
        lambda: post(201, "POST /notes, after all this", second.encode(), fine),
    )
    failed = False
    for step in steps:
        row = step()
        failed = failed or not row.holds
        yield row
    if not failed:
        yield from _kept(site, [first, longest, second])


def _kept(site: Site, kept: list[str]) -> Iterator[Observation]:
    """The list holds the notes that were answered with 201."""
    answer = site.ask("GET", "/notes")
    found = _list(answer)
    said = (answer.header("Content-Type") or "").split(";")[0].strip().lower()
    yield observe(
        said == "application/json",
        "GET /notes, headers",
        "Content-Type: application/json",
        f"Content-Type: {said or None}",
        "The list of notes is JSON.",
    )
    saw, hint = f"{len(kept)} notes", "Compare the list with the notes that were answered with 201."
    if not isinstance(found, list):
        saw, hint = f"{_title(answer)}, {_cut(answer.text)}", "json.dumps() of the list of notes gives the body."
    elif found != kept:
        saw = f"{len(found)} notes: {', '.join(cut(repr(note), 30) for note in found)}"
        if len(found) > len(kept):
            hint = "A note that was refused is in the list. Store it when every test has passed, not before."
        elif len(found) == len(kept):
            hint = "The notes are not those that were posted. Were they changed on the way, or put in another order?"
    yield observe(
        found == kept, "GET /notes", f"the {len(kept)} notes that were answered with 201, in order", saw, hint
    )


def _too_long(site: Site) -> Observation:
    """A note that is too long is refused by what CONTENT_LENGTH says, before it has come."""
    did, expected = (
        f"POST /notes, Content-Length: {LIMIT + 1}, and the body comes slowly",
        "413 Content Too Large, at once",
    )
    answer = _post(site, did, b"x" * 10, length=LIMIT + 1, may_wait=True)
    hints = (
        "The size is known before the body has come: CONTENT_LENGTH says it.",
        "Compare with 4096 and answer 413 before you read anything.",
    )
    if answer is None:
        return observe(False, did, expected, "no answer: the application waits for the rest of the body", *hints)
    read = sum(event["size"] for event in site.recent if event["event"] == "input")
    saw = _title(answer) + (f", after {read} bytes were read" if read else "")
    return observe(answer.status == 413 and not read, did, expected, saw, *hints)
