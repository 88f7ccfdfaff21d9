"""lab02, second half: three layers that stand between a server and an application.

Exercises ``timing``, ``request_id`` and ``mount``. The learner's file has a function that wraps an application; a
harness (``files/onion_*.py``) calls it with applications that note how they are treated.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from labkit import wire
from labkit.conformance.rules import a_type, show

from ..lesson05 import crash, flow, lines, notes, title
from ..registry import exercise
from ..site import Site, observe
from ..verdict import Observation

WORDS = ("two", "cups", "of tea")


def _leave(site: Site, path: str, first: str) -> None:
    """Ask for ``path``, leave when the first block is there, and wait until the one worker is done with it."""
    with site.conversation() as talk:
        talk.send(f"GET {path} HTTP/1.1\r\nHost: {site.server.host}\r\nConnection: close\r\n\r\n".encode())
        talk.read_until(first.encode())
        talk.abort()
    site.allow("gate")
    site.ask("GET", "/missing", may_raise=True)


def _goes_through(site: Site, did: str, answer: wire.Answer, words: tuple[str, ...]) -> Iterator[Observation]:
    """The blocks of the last request came out one by one, unchanged, and the iterable was closed."""
    yield from flow(site, did)
    yield (same := _same_body(did, answer, words, "What the application answers goes through unchanged."))
    if same.holds:
        yield _closed(site, did)


def _same_body(did: str, answer: wire.Answer, words: tuple[str, ...], *hints: str) -> Observation:
    """The answer is 200 with these words."""
    right = answer.status == 200 and answer.text == lines(words)
    saw = f"{answer.status} and {show(answer.text)}"
    return observe(right, did, f"200 and {show(lines(words))}", saw, *hints)


def _closed(site: Site, did: str) -> Observation:
    closed = bool(notes(site, "close"))
    return observe(
        closed, did, "close() of the application's iterable is called (M3)", "called" if closed else "never called",
        "The server closes what you return. Who passes that on?",
        "Lesson 05, \"Who closes?\": at the end, after an error, and when the visitor leaves.",
    )  # fmt: skip


def _goes_on(site: Site, did: str) -> Observation:
    """The exception of the application inside reached the server."""
    out = [e["type"] for e in site.recent if e["event"] == "raised"]
    return observe(
        out == ["KettleError"], did, "the exception goes on to the server",
        f"{out[0]} came out" if out else "nothing came out: the server takes the answer for whole",
        "The visitor has to be able to see that the answer is not whole. Only the server can show it.",
        "What you catch after the headers have left, raise again.",
    )  # fmt: skip


RETURNS = (
    "start_response returns a function, `write`, and the application inside may call it.",
    "What does the start_response that you hand inside return?",
)

# timing

AT_END = (
    "The answer is over when the server has called close(), and not when the call returns.",
    "A generator has done nothing yet when it is returned. Stop the clock in close() of what you return, or in `finally` "
    "of a generator.",
)


@exercise(
    "lab02/timing",
    "A stopwatch that tells the truth",
    app="harness:app",
    files={"harness.py": "onion_timing.py", "inside.py": "onion_inner.py"},
)
def timing(
    site: Site, *, words: tuple[str, ...] = WORDS, ticks: tuple[float, ...] = (1.0, 10.0, 100.0), outer: str = "/town"
) -> Iterator[Observation]:
    """`words`: the blocks inside. `ticks`: seconds that a call, a block and a close take. `outer`: a SCRIPT_NAME."""
    call, block, close = ticks
    whole = call + len(words) * block + close

    def prepare() -> None:
        site.prepare(words="\n".join(words), ticks=" ".join(map(str, ticks)))

    did = "GET /rows"
    prepare()
    answer = site.ask("GET", "/rows", may_raise=True)
    if stop := crash(site, did, *_log_call(site)):
        yield stop[0]
        return
    for row in _goes_through(site, did, answer, words):
        yield row
        if not row.holds:
            return
    yield (row := _logged(site, did, "/rows", "200 OK", whole, ticks))
    if not row.holds:
        return

    did = "GET /late, which calls start_response with its first block"
    prepare()
    site.ask("GET", "/late", may_raise=True)
    if stop := crash(
        site, did, "When does this application call start_response? Not before its first block is asked for."
    ):
        yield stop[0]
        return
    yield _logged(site, did, "/late", "200 OK", whole, ticks)

    did = "GET /list, whose iterable has no close()"
    prepare()
    site.ask("GET", "/list", may_raise=True, may_break=True)
    yield from crash(site, did, "Not every iterable has close(): a list has none.", '`hasattr(blocks, "close")` tells.')
    yield _logged(site, did, "/list", "200 OK", call, ticks)

    did = "GET /sorry, which calls start_response again with exc_info"
    prepare()
    site.ask("GET", "/sorry", may_raise=True)
    hint = "start_response has a third argument, exc_info, which may be left out. Pass it on."
    site.problems[:] = [replace(p, hints=(hint,)) if "S14" in p.did else p for p in site.problems]
    yield from crash(site, did, hint)
    yield _logged(site, did, "/sorry", "500 Internal Server Error", call, ticks)

    did = "GET /write, which gives its first block to the `write` that start_response returned"
    prepare()
    answer = site.ask("GET", "/write", may_raise=True, may_break=True)
    if stop := crash(site, did, *RETURNS):
        yield stop[0]
    else:
        yield _same_body(did, answer, words, *RETURNS)
        yield _logged(site, did, "/write", "200 OK", call, ticks)

    did = f"GET {outer}/moves, mounted at {outer}; the application changes its environ"
    prepare()
    site.ask("GET", f"{outer}/moves", headers=[("SCRIPT_NAME", outer)], may_raise=True)
    yield _logged(site, did, f"{outer}/moves", "200 OK", whole, ticks)

    did = "GET /twice, which sends a second request, to /list, while it runs"
    prepare()
    site.ask("GET", "/twice", may_raise=True)
    yield _logged(
        site, did, "/twice", "200 OK", 2 * call, ticks, others=1,
        hints=(
            "Two requests were in the layer at the same time, as with threads. What did the second change for the first?",
            "What belongs to one request lives in variables of the function that serves it, not in `self` or a global.",
        ),
    )  # fmt: skip

    for path, status, seconds, about in (
        ("/refuse", None, call, "which raises when it is called"),
        ("/broken", "200 OK", call + block + close, "which raises after its first block"),
    ):
        did = f"GET {path}, {about}"
        prepare()
        site.ask("GET", path, may_raise=True, may_break=True)
        yield from crash(site, did)
        yield _logged(
            site, did, path, status, seconds, ticks,
            hints=("A request that fails has taken its time too.", "What runs in any case stands in `finally`, or in close()."),
        )  # fmt: skip
        yield _goes_on(site, did)

    did = "GET /spoilt, whose close() raises"
    prepare()
    site.ask("GET", "/spoilt", may_raise=True, may_break=True)
    site.problems[:] = [p for p in site.problems if "(A14)" not in p.did]  # it is ours that raises
    yield _logged(
        site, did, "/spoilt", "200 OK", whole, ticks,
        hints=("close() may fail like everything else. The request is over then, and has taken its time.", "Put the call of log into `finally`."),
    )  # fmt: skip

    did = "GET /gated, the visitor leaves after the first block"
    prepare()
    _leave(site, "/gated", words[0])
    found = [line for line in _log(site) if line[0] == "/gated"]
    saw = (
        "log was not called" if not found else f"log was called {'once' if len(found) == 1 else f'{len(found)} times'}"
    )
    yield observe(
        len(found) == 1, did, "log is called once", saw,
        "The server asks for no more blocks then, and what stands after your loop never runs.", AT_END[0],
    )  # fmt: skip


def _log(site: Site) -> list[list[Any]]:
    return [json.loads(line) for line in site.journal("log")]


def _log_call(site: Site) -> tuple[str, ...]:
    """Hints for a call of log that cannot be."""
    if any(e["event"] == "raised" and "log()" in e.get("message", "") for e in site.recent):
        return ("log takes three arguments: the path, the status and the seconds.",)
    return ()


def _logged(
    site: Site,
    did: str,
    path: str,
    status: str | None,
    seconds: float,
    ticks: tuple[float, ...],
    *,
    others: int = 0,
    hints: tuple[str, ...] = (),
) -> Observation:
    """Whether log was called once for this request, with what belongs to it."""
    calls = _log(site)
    own = [line for line in calls if line[0] == path] if others else calls
    expected = f"log({path!r}, {status!r}, {seconds:g}), once"
    saw = ", ".join(f"log({', '.join(map(repr, line))})" for line in own) or "log was not called"
    if len(own) == 1 and own[0][:2] == [path, status] and _same(own[0][2], seconds) and len(calls) == others + 1:
        return observe(True, did, expected, saw)
    if len(own) > 1 and not others:
        hints = ("One request is one line of the log.", "Which two places call log for the same request?")
    elif own and own[0][0] != path:
        hints = (
            "The path is SCRIPT_NAME and PATH_INFO together, as they were when the request came in.",
            "The application may change the environ that you give it. Read the path before you call it.",
        )
    elif own and own[0][1] != status:
        hints = (
            "The status is what the application last said to start_response, and None when it never called it.",
            "Look at the status when the answer is over: it may come late, and it may come twice.",
        )
    elif own and not hints:
        hints = _second_hints(own[0][2], seconds, ticks)
    return observe(False, did, expected, saw, *(hints or AT_END))


def _same(found: Any, seconds: float) -> bool:
    return isinstance(found, int | float) and abs(found - seconds) < 1e-6


def _second_hints(found: Any, seconds: float, ticks: tuple[float, ...]) -> tuple[str, ...]:
    if not isinstance(found, int | float):
        return ("The seconds are a number: the difference of two readings of the clock.",)
    if found > 1000:
        return ("This is what the clock shows, and not how long it took.", "Read it twice, and take the difference.")
    if _same(found, seconds - ticks[2]):
        return (
            "close() of the application's iterable takes time too: it may commit to a database.",
            "Call the inner close() first, and read the clock then.",
        )
    if _same(found, int(seconds)):
        return ("Fractions of a second count.",)
    if found < min(t for t in ticks if t) / 2:
        return (
            "Hardly any time has passed by this clock. Is it the one that was handed in?",
            "The check brings a clock of its own: read it by calling `clock()`.",
        )
    return AT_END


# request_id

GOOD = re.compile(r"[A-Za-z0-9._-]{1,64}")
HEADER = "X-Request-Id"


@exercise(
    "lab02/request_id",
    "An id for every request",
    app="harness:app",
    files={"harness.py": "onion_request_id.py", "inside.py": "onion_inner.py"},
)
def request_id(
    site: Site,
    *,
    words: tuple[str, ...] = WORDS,
    sane: tuple[str, ...] = ("visit-7f3a", "a.b_C-9"),
    insane: tuple[str, ...] = ("<script>", "two words", "x" * 65, "café"),
) -> Iterator[Observation]:
    """`words`: the blocks inside. `sane`, `insane`: ids that visitors send."""
    site.prepare(words="\n".join(words))
    did = "GET /rows"
    answer = site.ask("GET", "/rows", may_raise=True)
    if stop := crash(site, did, "A visitor need not send an id: then there is no HTTP_X_REQUEST_ID in the environ."):
        yield stop[0]
        return
    for row in _goes_through(site, did, answer, words):
        yield row
        if not row.holds:
            return
    made = answer.header(HEADER) or ""
    yield observe(
        bool(GOOD.fullmatch(made)) and len(answer.all(HEADER)) == 1, did, f"one {HEADER} that you have made", _ids(answer),
        "The answer has to carry the id too: add it when the application calls start_response.",
        "An id is 1 to 64 letters A to Z, digits, `.`, `_` or `-`.",
    )  # fmt: skip
    again = site.ask("GET", "/rows", may_raise=True)
    yield observe(
        again.header(HEADER) != made, "GET /rows again", "another id", _ids(again),
        "Each request needs an id of its own. When is yours made?",
        "What stands at the top level, or in a default argument, runs once, when the file is loaded.",
    )  # fmt: skip
    if not made or again.header(HEADER) == made:
        return

    for given in sane:
        did = f"GET /tag with {HEADER}: {given}"
        answer = site.ask("GET", "/tag", headers=[(HEADER, given)], may_raise=True)
        if stop := crash(site, did):
            yield stop[0]
            return
        yield observe(
            answer.all(HEADER) == [given], did, f"{HEADER}: {given}, once", _ids(answer),
            *(_twice() if len(answer.all(HEADER)) > 1 else (
                "The visitor has sent an id, perhaps that of a proxy in front. It is kept.",
                "A header of the request is in the environ: HTTP_ and its name in capitals, with _ for -.",
            )),
        )  # fmt: skip
        wanted = f"request.id is {given}"
        yield observe(
            answer.text == wanted, did, f"environ['request.id'] is {given!r}", answer.text,
            "The application inside wants to know the id: it finds it in the environ under request.id.",
        )  # fmt: skip
    for given in insane:
        did = f"GET /tag with {HEADER}: {given if len(given) < 60 else f'{len(given)} characters'}"
        answer = site.ask("GET", "/tag", headers=[(HEADER, given)], may_raise=True)
        found = answer.header(HEADER) or ""
        yield observe(
            found != given and bool(GOOD.fullmatch(found)), did, "an id that you have made", _ids(answer),
            "What a visitor sends goes into logs and headers. Only 1 to 64 letters A to Z, digits, `.`, `_` and `-` are let in.",
            "The whole text has to be of this kind, from its first character to its last.",
        )  # fmt: skip

    did = "GET /late, which calls start_response with its first block"
    answer = site.ask("GET", "/late", may_raise=True)
    if stop := crash(site, did, "Had it called start_response when you looked? Hand it one of your own."):
        yield stop[0]
        return
    yield observe(len(answer.all(HEADER)) == 1, did, f"one {HEADER}", _ids(answer), "The headers come late here.")
    for did in ("GET /shared, which gives one and the same list of headers each time", "GET /shared again"):
        site.prepare(words="\n".join(words))
        answer = site.ask("GET", "/shared", may_raise=True)
        changed = site.journal("notes")
        changed = [line.partition(" ")[2] for line in changed if line.startswith("changed ")]
        yield observe(
            not changed, did, "the application's list is as it was", changed[0] if changed else "as it was",
            "The list belongs to the application, which uses it again. What have you left in it?",
            "Make a new list, and hand that on. `append`, `+=` and `headers[:] =` change the old one.",
        )  # fmt: skip
        yield observe(len(answer.all(HEADER)) == 1, did, f"one {HEADER}", _ids(answer), *_twice())
    did = "GET /write, which gives its first block to the `write` that start_response returned"
    answer = site.ask("GET", "/write", may_raise=True, may_break=True)
    yield from crash(site, did, *RETURNS)
    yield _same_body(did, answer, words, *RETURNS)
    did = "GET /sorry, which calls start_response again with exc_info, for an answer of its own"
    answer = site.ask("GET", "/sorry", may_raise=True)
    hint = "start_response has a third argument, exc_info, which may be left out. Pass it on."
    site.problems[:] = [replace(p, hints=(hint,)) if "S14" in p.did else p for p in site.problems]
    yield from crash(site, did, hint)
    found = set(answer.all(HEADER))  # gunicorn 27 keeps the headers of the first call beside those of the second
    saw = f"{show(answer.text)}, {f'{HEADER}: ' + ' and '.join(found) if found else f'without {HEADER}'}"
    right = answer.text == "sorry\n" and len(found) == 1
    yield observe(right, did, f"'sorry\\n', one {HEADER}", saw, hint)
    yield _own_id(site)
    yield from _errors(site, words)


def _ids(answer: wire.Answer) -> str:
    found = answer.all(HEADER)
    if len(found) > 1:
        return f"{len(found)} headers {HEADER}: {' and '.join(found)}"
    return f"{HEADER}: {found[0]}" if found else f"{title(answer)} without {HEADER}"


def _twice() -> tuple[str, ...]:
    return (
        "The application has set this header too. Two ids are worse than one.",
        "Leave its own out, in capital or small letters, and add yours.",
    )


def _own_id(site: Site) -> Observation:
    """Two requests in the layer at the same time keep their ids."""
    answer = site.ask("GET", "/twice", headers=[(HEADER, "first")], may_raise=True)
    saw = f"{_ids(answer)}; {answer.text}"
    return observe(
        answer.all(HEADER) == ["first"] and answer.text == "request.id is first",
        f"GET /twice with {HEADER}: first, which sends a second request while it runs", "the id is first", saw,
        "Two requests were in the layer at the same time, as with threads. Whose id did the first one get?",
        "The id lives in a variable of the function that serves the request, not in `self` or a global.",
    )  # fmt: skip


BEFORE = {
    "/refuse": "which raises when it is called",
    "/lost": "which raises when its first block is asked for",
    "/started": "which calls start_response('200 OK') and then raises, in the call",
    "/begun": "which calls start_response('200 OK') and raises when its first block is asked for",
}
AGAIN = (
    "The application has called start_response already. A second call needs the third argument: sys.exc_info().",
    "As long as no block has left, status and headers of that call take the place of the first.",
)


def _errors(site: Site, words: tuple[str, ...]) -> Iterator[Observation]:
    """Errors before the first block are answered with the id, later ones go on."""
    for path, about in BEFORE.items():
        site.prepare(words="\n".join(words))
        did, given, begin = f"GET {path}, {about}", f"seen{path.replace('/', '-')}", len(site.server.log)
        answer = site.ask("GET", path, headers=[(HEADER, given)], may_raise=True, may_break=True)
        if path in ("/started", "/begun") and (site.problems or crash(site, did)):
            site.problems.clear()
            told = [e for e in site.recent if e["event"] in ("refused", "raised")]
            said = f"start_response raised {told[0]['type']}: {told[0]['message']}" if told else title(answer)
            yield observe(False, did, f"500 with {HEADER}: {given}", said, *AGAIN)
            return
        yield from crash(site, did)
        ours = answer.status == 500 and set(answer.all(HEADER)) == {given}
        hints = (
            "Nothing has left yet, so you can answer: 500, as text, with the id.",
            "Which lines run when the call raises? They are yours to catch.",
        )
        if path in ("/lost", "/begun"):
            hints = (
                "The call was fine. This error comes later: when the server asks for the first block.",
                'Watch the blocks as well. Lesson 05, "Which request was it?", has shown this case.',
            )
        ids = " and ".join(sorted(set(answer.all(HEADER))))  # see /sorry: gunicorn may show one twice
        saw = f"{title(answer)}, {f'{HEADER}: {ids}' if ids else f'without {HEADER}'}"
        yield observe(ours, did, f"500 with {HEADER}: {given}", saw, *hints)
        if not ours:
            return
        yield (row := _written(site, did, given, site.server.log[begin:]))
        if not row.holds:
            return
        yield observe(
            "kettle" not in answer.text, did, "the visitor is not told what went wrong inside", show(answer.text),
            "The words of an exception are for the log.",
        )  # fmt: skip
        if path in ("/lost", "/begun"):
            yield _closed(site, did)
    site.prepare(words="\n".join(words))
    did = "GET /broken, which raises after its first block"
    site.ask("GET", "/broken", may_raise=True, may_break=True)
    yield from crash(site, did)
    yield _goes_on(site, did)
    yield _closed(site, did)


def _written(site: Site, did: str, given: str, log: str) -> Observation:
    """The id and the traceback stand in wsgi.errors."""
    errors = "\n".join(site.journal("errors"))
    there = {"the id": given in errors, "the traceback": "KettleError" in errors and "Traceback" in errors}
    saw = " and ".join(name for name, found in there.items() if found) or "neither"
    hints = (
        'Whoever looks for the error needs both: write to environ["wsgi.errors"].',
        "traceback.format_exc() gives the text of the exception that is being handled.",
    )
    if not errors and given in log:
        saw = "neither; the id was printed elsewhere"
        hints = ('The server says where errors go: environ["wsgi.errors"]. `print` has an argument `file`.', hints[1])
    elif saw == "the id" and "KettleError" in errors:
        saw = "the id and the exception, but no whole traceback"
    return observe(all(there.values()), did, "in wsgi.errors: the id and the traceback", saw, *hints)


# mount

Table = tuple[tuple[str, Any], ...]
MOVED = (
    "SCRIPT_NAME is the part of the path that has led here, PATH_INFO what is left of it.",
    "What is taken from the beginning of PATH_INFO is added to the end of SCRIPT_NAME. Together they are the path.",
)


@exercise(
    "lab02/mount",
    "Many applications behind one door",
    app="harness:app",
    files={"harness.py": "onion_mount.py", "shops.py": "onion_shops.py"},
)
def mount(
    site: Site,
    *,
    table: Table = (("/shop", "shop"), ("/shop/tea", "tea"), ("/blog", (("", "blog"), ("/old", "archive")))),
    paths: tuple[str, ...] = (
        "/shop/cart",
        "/shop",
        "/shop/",
        "/shop/shop",
        "/shop/tea/green",
        "/shop/tea",
        "/shop/teapot",
        "/blog/today",
        "/blog",
        "/blog/old/1",
    ),
    missing: tuple[str, ...] = ("/", "/shopping/list", "/my/shop", "/blogs"),
    outer: str = "/town",
) -> Iterator[Observation]:
    """`table`: pairs of a prefix and an application, or another table. `paths`: somebody answers. `missing`: nobody.

    `outer`: where the whole is itself mounted.
    """  # fmt: skip
    site.prepare(table=json.dumps(table))
    for path in paths:
        for row in _arrived(site, table, path):
            yield row
            if not row.holds:
                return
    yield from _arrived(site, table, paths[0], query="cups=2")
    for path in missing:
        did = f"GET {path}"
        answer = site.ask("GET", path, may_raise=True)
        nobody = "No prefix fits, so the door itself has to answer."
        yield from crash(site, did, nobody)
        saw = title(answer) + (f", from {show(answer.text[:40])}" if answer.status == 200 else "")
        near = [prefix for prefix, _ in table if prefix and prefix in path]
        hints = (
            (f"{path} is not below {near[0]}: compare whole parts of the path, from its beginning.",)
            if near
            else (nobody,)
        )
        yield observe(answer.status == 404, did, "404 Not Found", saw, *hints)
    yield from _arrived(site, table, paths[0], outer=outer)
    others = tuple(reversed(table))
    site.prepare(table=json.dumps(others))
    found = [row for path in paths for row in _arrived(site, others, path) if not row.holds]
    yield from (replace(row, did=row.did + ", the table in another order") for row in found)
    if not found:
        yield observe(True, "all of these paths, the table in another order", "the same", "the same")


def _find(table: Table, path: str) -> tuple[str, str]:
    """The name of the application that a path leads to, and the prefix that has led there."""
    fitting = [pair for pair in table if path == pair[0] or path.startswith(pair[0] + "/")]
    prefix, to = max(fitting, key=lambda pair: len(pair[0]))
    if isinstance(to, str):
        return to, prefix
    name, more = _find(to, path[len(prefix) :])
    return name, prefix + more


def _names(table: Table) -> dict[str, str]:
    """The prefixes that lead to an application, and to no other table."""
    return {prefix: to for prefix, to in table if isinstance(to, str)}


def _prefix(table: Table, name: str, path: str, before: str = "") -> str:
    """The whole prefix under which an application of this name stands, the one most like the path; empty if it has none."""
    found = []
    for prefix, to in table:
        if to == name:
            found.append(before + prefix)
        elif not isinstance(to, str) and (inner := _prefix(to, name, path, before + prefix)):
            found.append(inner)
    return max(found, key=lambda prefix: (path.startswith(prefix), len(prefix)), default="")


def _arrived(site: Site, table: Table, path: str, *, query: str = "", outer: str = "") -> Iterator[Observation]:
    name, prefix = _find(table, path)
    target = f"{outer}{path}" + (f"?{query}" if query else "")
    did = f"GET {target}" + (f", with SCRIPT_NAME {outer}" if outer else "")
    answer = site.ask("GET", target, headers=[("SCRIPT_NAME", outer)] if outer else [], may_raise=True)
    if stop := crash(site, did):
        yield stop[0]
        return
    script, rest = outer + prefix, path[len(prefix) :]
    expected = f"{name} sees SCRIPT_NAME {script!r}, PATH_INFO {rest!r}"
    nested = "One table stands inside another: what the outer one has taken is already in SCRIPT_NAME, and stays."
    if answer.status != 200:
        hints = (
            f"{path} is for {name}: its prefix is {prefix!r}.",
            nested if outer or prefix not in dict(table) else MOVED[1],
        )
        if not rest:
            hints = (f"{path} itself belongs to {name} too, with an empty PATH_INFO.",)
        yield observe(False, did, expected, title(answer), *hints)
        return
    try:
        told = answer.json()
    except ValueError:
        yield observe(False, did, expected, show(answer.text), f"The answer has to be that of the application {name}.")
        return
    if told["environ"] != "dict":
        yield observe(
            False, did, "the environ is a real dict (S2)", f"it is {a_type(told['environ'])}",
            "To the application inside you are the server, and PEP 3333 asks for a plain dict.",
        )  # fmt: skip
        return
    saw = f"{told['name']} sees SCRIPT_NAME {told['SCRIPT_NAME']!r}, PATH_INFO {told['PATH_INFO']!r}"
    hints = MOVED
    led = _prefix(table, told["name"], path)
    if told["name"] != name and not (path + "/").startswith(led + "/"):
        hints = (f"{path} is not below {led}: compare whole parts of the path, from its beginning.",)
    elif told["name"] != name:
        hints = (
            f"Of the prefixes that fit {path}, the longest wins. Which one came first with you?",
            "A prefix fits a path of whole parts: /shop fits /shop and /shop/cart, but not /shopping.",
        )
    elif not rest and told["PATH_INFO"] == "/":
        hints = (f"Together the two are {script}/ now, and {script} was asked for. PATH_INFO may be empty.",)
    elif (outer or prefix not in _names(table)) and told["PATH_INFO"] == rest and script.endswith(told["SCRIPT_NAME"]):
        hints = (nested, MOVED[1])
    if query and told["QUERY_STRING"] != query:
        yield observe(
            False, did, f"QUERY_STRING {query!r}", repr(told["QUERY_STRING"]), "The rest of the environ stays."
        )
        return
    yield (row := observe(saw == expected, did, expected, saw, *hints))
    if row.holds and (others := told["changed"]):
        hint = "Two keys move. The application finds all the others as the server has set them, and no more."
        yield observe(False, did, "nothing else in environ has changed", f"changed: {', '.join(others)}", hint)
