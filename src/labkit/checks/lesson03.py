"""The exercises of lesson 03: routes, a JSON body, a stream, and errors before and after the headers."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from labkit import serve, wire
from labkit.conformance.rules import show

from .registry import exercise
from .site import LIMITS, Site, observe
from .verdict import Observation

PATIENCE = 2.0  # seconds to wait for what should come at once; a right answer needs some milliseconds
WAREHOUSE = {"warehouse.py": "warehouse.py"}
TRY_AGAIN = "The warehouse does not answer."
JSON = ("Content-Type", "application/json")
INVENTED = "/no/such/page"  # no visitor of a right answer finds anything here


@exercise("03/route", "Pages, and a 404 for everything else")
def route(
    site: Site, *, pages: Sequence[tuple[str, str]] = (("/", "Welcome"), ("/tea", "Green tea"), ("/cake", "Sold out"))
) -> Iterator[Observation]:
    """`pages`: (path, text) of what is there; the paths near by are not."""
    for path, text in pages:
        answer = site.ask("GET", path)
        hints = (f"This path has a text of its own: {text}.",)
        if answer.status != 200:
            hints = (
                "The path is in environ under PATH_INFO. What does the function do with this one?",
                f"For {path} the program must come to the line that says 200.",
            )
        yield _page_found(answer, f"GET {path}", text, *hints)
    yield _plain(answer, f"GET {path}")
    answer = site.ask("GET", f"{path}?cups=2")
    yield _page_found(
        answer,
        f"GET {path}?cups=2",
        text,
        "What follows the question mark is not part of the path: the server puts it into QUERY_STRING.",
        "PATH_INFO is the path alone. Other keys, such as RAW_URI, are gunicorn's own.",
    )
    for nearly, hints in _near(path):
        answer = site.ask("GET", nearly)
        yield _status(answer, f"GET {nearly}", "404 Not Found", *hints)
    yield observe(
        answer.text.strip() != "", f"GET {nearly}", "a sentence for the visitor", _page(answer),
        "A status is for programs. A person sees the body.",
    )  # fmt: skip


def _page_found(answer: wire.Answer, did: str, text: str, *hints: str) -> Observation:
    saw = f"{answer.status} and the text {show(answer.text)}"
    return observe(answer.status == 200 and answer.text.strip() == text, did, f"200 and the text {text}", saw, *hints)


def _near(path: str) -> list[tuple[str, tuple[str, ...]]]:
    """Paths that are no pages, with the hints for an application that takes them for one."""
    every = "What does the function do when no page has this path?"
    return [
        (INVENTED, (every, "A 404 is a status like any other: the application gives it to `start_response`.")),
        (f"{path}pot", (every, f"Compare the whole path: {path}pot begins with {path} and is another page.")),
        (f"/shop{path}", (every, f"Compare the whole path: /shop{path} ends with {path} and is another page.")),
    ]


@exercise("03/body", "Numbers in, their sum out")
def body(
    site: Site,
    *,
    numbers: Sequence[tuple[float, ...]] = ((1, 2, 3), (2.5, 4), ()),
    bad: Sequence[str] = ("one, two", '{"a": 1}', "{}", '[1, "two"]', ""),
) -> Iterator[Observation]:
    """`numbers`: lists to be summed; `bad`: bodies that are no JSON list of numbers."""
    for each in numbers:
        sent = json.dumps(list(each))
        answer = _post(site, sent)
        yield _sum(answer, sent, sum(each))
    kind = answer.header("Content-Type")
    yield observe(
        re.match(r"application/json\b", kind or "", re.I), f"POST {sent}", "Content-Type: application/json",
        f"Content-Type: {kind}" if kind else "no Content-Type", "The answer is JSON too, and its Content-Type has to say so.",
    )  # fmt: skip
    for text in bad:
        answer = _post(site, text)
        yield _status(answer, _posted(text), "400 Bad Request", *_bad_hints(text))
    yield observe(
        answer.text.strip() != "", _posted(text), "a sentence that says what was wrong", _page(answer),
        "Whoever wrote the other program will read it.",
    )  # fmt: skip
    yield _under_wsgiref(site, json.dumps(list(numbers[0])))


def _posted(text: str) -> str:
    return f"POST {text}" if text else "POST without a body"


def _post(site: Site, text: str) -> wire.Answer:
    answer = site.ask("POST", "/", headers=[JSON], body=text.encode())
    site.problems[:] = [replace(p, did=p.did.replace("POST /", _posted(text))) for p in site.problems]
    return answer


def _under_wsgiref(site: Site, sent: str) -> Observation:
    """Ask once more under a server whose wsgi.input does not end where the body ends."""
    did, expected = f"POST {sent}, under wsgiref", "an answer there too"
    with serve.Wsgiref(f"{site.path.stem}:app", cwd=site.folder, limits=LIMITS) as server:
        try:
            answer = wire.exchange(server.url, "POST", "/", [JSON], sent.encode(), timeout=PATIENCE)
        except wire.WireError:
            return observe(
                False, did, expected, "none: the application reads on after the body's last byte and waits for more",
                "How many bytes does the application ask `wsgi.input` for?",
                "CONTENT_LENGTH says how many there are. `read()` without a number asks for all that will ever come.",
            )  # fmt: skip
    hint = "The two servers give the function another environ. Which keys does it rely on?"
    return observe(answer.status == 200, did, expected, f"{answer.status} {answer.reason}", hint)


def _sum(answer: wire.Answer, sent: str, total: float) -> Observation:
    did, expected = f"POST {sent}", f"200 and {json.dumps({'sum': total})}"
    saw = f"{answer.status} and {show(answer.text)}"
    if answer.status != 200:
        return observe(
            False, did, expected, saw, "These are numbers, so there is a sum.", "An empty list has the sum 0."
        )
    try:
        found = answer.json()
    except ValueError as error:
        hint = "Read the body with a JSON reader: it has to be a dict with the key `sum`."
        if "'" in answer.text:
            hint = "JSON has double quotes. This is how Python shows a dict: `json.dumps` writes JSON."
        return observe(False, did, expected, f"{show(answer.text)}, which is no JSON: {error}", hint)
    hint = "This is JSON, and the task asks for a dict with one key, `sum`."
    if isinstance(found, dict) and isinstance(found.get("sum"), str):
        hint = "The sum is a text here. In JSON a number stands without quotes."
    elif isinstance(found, dict) and "sum" in found:
        hint = "Work it out by hand for the numbers that were sent. Fractions count too."
    return observe(isinstance(found, dict) and found.get("sum") == total, did, expected, saw, hint)


def _bad_hints(text: str) -> tuple[str, str]:
    if not text:
        return (
            "A request without a body has no CONTENT_LENGTH, or an empty one.",
            "No bytes are no JSON either: let this case take the same way as other bad input.",
        )
    try:
        found = json.loads(text)
    except ValueError:
        return (
            "This is no JSON. What does `json.loads` do with it, and who takes care of that?",
            "400 says: the mistake is in what was sent. 500 says: it is in our program.",
        )
    if isinstance(found, list):
        return (
            "This is a list, but not of numbers only. Where does the program find that out?",
            "Look at each item before adding them up.",
        )
    return ("This is JSON, but no list.", "Ask what kind of thing `json.loads` returned.")


@exercise("03/stream", "Rows, each as soon as it is there", files=WAREHOUSE)
def stream(site: Site, *, rows: Sequence[str] = ("green tea 12", "black tea 4", "cups 30")) -> Iterator[Observation]:
    """`rows`: what the warehouse has. Row N must have left before row N + 1 is there."""
    site.prepare(rows="\n".join(rows))
    answer = site.ask("GET", "/")
    yield _status(answer, "GET /", "200 OK", "Nothing has failed here: the rows are there.")
    yield _plain(answer, "GET /")
    lines = "".join(f"{row}\n" for row in rows)
    yield observe(
        answer.text == lines,
        "GET /",
        f"{len(rows)} lines: {show(lines, 120)}",
        _lines_seen(answer, rows),
        *_line_hints(answer, rows),
    )
    yield from _one_by_one(site, rows)


def _lines_seen(answer: wire.Answer, rows: Sequence[str]) -> str:
    missing = "the first row is missing: " if _first_missing(answer, rows) else ""
    return missing + show(answer.text, 120)


def _first_missing(answer: wire.Answer, rows: Sequence[str]) -> bool:
    return len(rows) > 1 and answer.text == "".join(f"{row}\n" for row in rows[1:])


def _line_hints(answer: wire.Answer, rows: Sequence[str]) -> tuple[str, ...]:
    if not answer.body:
        return ("The body is empty. What does the function return, and does the loop run at all?",)
    if _first_missing(answer, rows):
        return (
            "What happened to the row that `next()` took?",
            "A loop goes on behind it: hand that row to the server before the loop begins.",
        )
    if answer.text == "".join(rows):
        return (
            "The rows are there and run into each other.",
            "Each line ends with \\n; the warehouse does not add it.",
        )
    if answer.text.strip() == "\n".join(rows):
        return ("Look at the very end and the very beginning: each row is one line that ends with \\n.",)
    return ("One row of the warehouse is one line, in the same order, with nothing added.",)


def _one_by_one(site: Site, rows: Sequence[str]) -> Iterator[Observation]:
    """Ask again, with a warehouse that hands out a row only when the one before has arrived."""
    site.prepare(rows="\n".join(rows), gated="")
    did = "GET /, with a warehouse that gives a row only when the row before has reached the visitor"
    late = 0
    with site.conversation() as talk:
        talk.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        for number, row in enumerate(rows, 1):
            site.allow("gate")
            try:
                talk.read_until(row.encode(), PATIENCE)
            except wire.WireError:
                late = number
                break
        asked = len(site.journal("asked"))
        for _ in rows:
            site.allow("gate")
        if not late:
            talk.answer()
    saw = f"{len(rows)} rows arrived one by one"
    if late:
        saw = f"row {late} did not arrive; the application had asked the warehouse for {asked} rows by then"
    hints = (
        "The server sends a block when it has one. What does the function hand to it, and when?",
        "A list, a join or `b''.join(...)` needs every row first. A function with `yield` gives one row and waits.",
    )
    if late > 1:
        hints = (
            "The first block left in time and a later one did not.",
            "Give the server each row as a block of its own, before asking the warehouse for the next.",
        )
    yield observe(not late, did, f"{len(rows)} rows arrive one by one", saw, *hints)
    site.look(did)


@exercise("03/errors", "Errors before and after the headers", files=WAREHOUSE)
def errors(
    site: Site, *, rows: Sequence[str] = ("green tea 12", "black tea 4", "cups 30"), sorry: str = TRY_AGAIN
) -> Iterator[Observation]:
    """`rows`: what the warehouse has; `sorry`: what the visitor reads when it fails before the first row."""
    site.prepare(rows="\n".join(rows))
    answer = site.ask("GET", "/")
    lines = [f"{row}\n" for row in rows]
    yield _status(answer, "GET /", "200 OK", "The warehouse works here: nothing has failed.")
    whole = answer.text == "".join(lines)
    yield observe(
        whole,
        "GET /",
        f"{len(rows)} lines: {show(''.join(lines), 120)}",
        _lines_seen(answer, rows),
        *_line_hints(answer, rows),
    )
    if whole:
        yield from _one_by_one(site, rows)

    site.prepare(rows="\n".join(rows), fails_after="0")
    did = "GET /, when the warehouse fails before its first row"
    answer = site.ask("GET", "/", may_raise=True)
    yield _status(
        answer,
        did,
        "500 Internal Server Error",
        "Nothing has been sent yet, so the status can still be chosen.",
        "Where is the first row asked for: before or after the headers have left? An `except` there can still answer with 500.",
    )
    own = answer.text.strip() == sorry
    saw, hints = show(answer.text, 100), ("The sentence is in the task.",)
    if any(event["event"] == "raised" for event in site.recent):
        hints = (
            "The exception went up to the server, and this is the server's page. The visitor shall read a sentence of yours.",
            "Catch WarehouseError where the first row is asked for.",
        )
    elif "lost" in answer.text or "Traceback" in answer.text:
        hints = ("What went wrong inside belongs in the log. The visitor gets the sentence alone.",)
    elif not answer.body:
        saw = "the body is empty"
        hints = (
            "Which line hands the sentence to the server? Does the function get there?",
            "The body is what the function returns, or what it yields.",
        )
        if any(event["event"] == "returned" and event["type"] == "generator" for event in site.recent):
            hints = ("In a function with `yield`, `return [...]` hands nothing over: `yield` the sentence.",)
    elif sorry in answer.text:
        hints = ("The sentence is there, with something around it. It is to stand alone.",)
    yield observe(own, did, f"the text {sorry}", saw, *hints)
    if own:
        yield _plain(answer, did)

    site.prepare(rows="\n".join(rows), fails_after="2")
    did = "GET /, when the warehouse fails after two rows"
    answer = site.ask("GET", "/", may_raise=True, may_break=True)
    yield observe(
        answer.status == 200,
        did,
        "200 OK: it had left with the first row",
        f"{answer.status} {answer.reason}",
        "Two rows were there before the failure, and the visitor got neither of them.",
        "Rows that are collected first cannot be sent as they come.",
    )
    yield observe(
        answer.text.startswith("".join(lines[:2])),
        did,
        f"two rows: {show(''.join(lines[:2]))}",
        show(answer.text, 100),
        "What was there before the failure goes out: each row as soon as it is there.",
    )
    rest = answer.text.removeprefix("".join(lines[:2]))
    yield observe(
        not rest,
        did,
        "nothing after the two rows",
        f"{show(rest)} after the rows" if rest else "nothing after the two rows",
        "The visitor's program takes this for a row. Once rows have left, no words can be added.",
        "Let the exception go up to the server: `start_response` with `sys.exc_info()` raises it again once headers have left.",
    )
    yield observe(
        not answer.complete,
        did,
        "an answer that breaks off, so that the visitor's program sees that rows are missing",
        "an answer that ends as if it were whole" if answer.complete else f"it breaks off: {answer.why}",
        "The exception was swallowed. Two rows look like the whole stock now.",
        "Find the `except` that catches while rows are being sent: what does it do with the exception?",
    )


def _status(answer: wire.Answer, did: str, status: str, *hints: str) -> Observation:
    return observe(answer.status == int(status[:3]), did, status, f"{answer.status} {answer.reason}", *hints)


def _page(answer: wire.Answer) -> str:
    return f"the text {show(answer.text)}" if answer.text.strip() else "an empty page"


def _plain(answer: wire.Answer, did: str) -> Observation:
    kind = answer.header("Content-Type")
    return observe(
        re.match(r"text/plain\b", kind or "", re.I),
        did,
        "Content-Type: text/plain",
        f"Content-Type: {kind}" if kind else "no Content-Type",
        "The list of headers needs a tuple for Content-Type.",
    )
