"""The exercises of lesson 05: forward close(), put a header on every answer, mount two applications."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from labkit import wire
from labkit.conformance.rules import a_type, show

from .registry import exercise
from .site import Site, observe, raised
from .verdict import Observation

STREAMED = "a block is asked for only after the one before it has come out"


def notes(site: Site, kind: str) -> list[list[str]]:
    """What the inner application noted (see ``files/onion_inner.py``), of one kind."""
    return [line.split()[1:] for line in site.journal("notes") if line.split()[0] == kind]


def title(answer: wire.Answer) -> str:
    """The status of an answer as it is written."""
    return f"{answer.status} {answer.reason}"


def lines(words: Sequence[str]) -> str:
    """The body that the application inside makes of these words."""
    return "".join(f"{word}\n" for word in words)


def _returned(site: Site) -> dict[str, Any]:
    """The record of what the layer returned for the last request."""
    return next((e for e in reversed(site.recent) if e["event"] == "returned"), {})


def crash(site: Site, did: str, *hints: str) -> list[Observation]:
    """The exception that left the layer in the last request, with hints for the mistake that people make here."""
    events = [e for e in site.recent if e["event"] == "raised" and e["type"] != "KettleError"]
    for event in events[:1]:
        observation = raised(did, event, site.folder)
        if "which is no application" in event["message"]:
            hints = (
                "A middleware gives back an application: a function that takes environ and start_response.",
                "The function inside has been defined. Is it returned, too?",
            )
        if "not written yet" in observation.saw or not hints:
            return [observation]
        return [replace(observation, hints=hints)]
    return []


def _say(site: Site, clause: str, *hints: str) -> None:
    """Give the finding about a clause the hints for the mistake that people make here."""
    site.problems[:] = [replace(p, hints=hints) if f"({clause})" in p.did else p for p in site.problems]


def flow(site: Site, did: str) -> list[Observation]:
    """How the blocks of the last request came through: M2, then M1. Empty when nothing was asked for."""
    asked = [(int(number), returned == "1", int(out)) for _, number, returned, out in notes(site, "asked")]
    early = [number for number, returned, _ in asked if not returned]
    if early:
        return [
            observe(
                False, did, "the layer returns before it asks for a block (M2)",
                f"{'all blocks were' if len(early) > 1 else 'the first block was'} asked for before the layer returned",
                "A layer that collects makes the visitor wait for the last block.",
                "list(), join() and sorted() need all blocks. Hand over each in the turn of the loop that gets it.",
            )
        ]  # fmt: skip
    held = [(number, out) for number, _, out in asked if out < number - 1]
    if held:
        number, out = held[0]
        return [
            observe(
                False, did, f"{STREAMED} (M1)",
                f"block {number} was asked for when {out} block{'' if out == 1 else 's'} had come out",
                "Something inside the layer holds a block back. The visitor waits for it.",
                "For each block that goes in, one comes out, in the same turn of the loop. An empty one counts.",
            )
        ]  # fmt: skip
    return [observe(True, did, STREAMED, "block by block")] if asked else []


# 05/close


@exercise("05/close", "A layer that gives back what it got", files={"pool.py": "onion_inner.py"})
def close(site: Site, *, words: tuple[str, ...] = ("two", "cups", "of tea")) -> Iterator[Observation]:
    """`words`: the blocks of the application inside, a line each."""
    site.prepare(words="\n".join(words))
    did, loud = "GET /rows, to the end", lines(words).upper()
    answer = site.ask("GET", "/rows", may_raise=True)
    if stop := _too_soon(site, did) or crash(site, did):
        yield stop[0]
        return
    hint = "Every block in capital letters, and nothing else changed."
    if not notes(site, "start"):
        hint = "The application inside was never called: `pool.app`, with the environ and start_response."
    elif answer.text == lines(words):
        hint = "The blocks came through as they were. bytes have a method `upper` too."
    body = observe(answer.text == loud, did, show(loud), show(answer.text), hint)
    for row in [*(flow(site, did) if answer.text.upper() == loud else []), body]:
        yield row
        if not row.holds:
            return
    result = _returned(site)
    yield _closed(site, did, result, *_end_hints(result))

    site.prepare(words="\n".join(words))
    did = "GET /list, whose iterable has no close()"
    answer = site.ask("GET", "/list", may_raise=True, may_break=True)
    missing = "Not every iterable has close(): a list has none. Ask before you call it."
    yield from crash(site, did, missing, '`hasattr(blocks, "close")` tells.')
    yield observe(answer.text == loud, did, show(loud), show(answer.text), "A list is an iterable like any other.")

    site.prepare(words="\n".join(words))
    did = "GET /broken, which raises after its first block"
    site.ask("GET", "/broken", may_raise=True, may_break=True)
    yield _closed(
        site, did, result,
        "An exception leaves your loop. Do the lines after it run?",
        "What stands in `finally` runs at the end, after an error, and when the generator is closed.",
    )  # fmt: skip
    out = [e["type"] for e in site.recent if e["event"] == "raised"]
    yield observe(
        out == ["KettleError"], did, "the exception goes on to the server",
        f"{out[0]} came out" if out else "nothing came out: the server believes that the answer is whole",
        "Who is told that rows are missing? The server breaks the answer off only when it hears of the error.",
        "Close the blocks, and let the exception go on.",
    )  # fmt: skip

    site.prepare(words="\n".join(words))
    did = "GET /gated, the visitor leaves after the first block"
    with site.conversation() as talk:
        talk.send(f"GET /gated HTTP/1.1\r\nHost: {site.server.host}\r\nConnection: close\r\n\r\n".encode())
        talk.read_until(words[0].upper().encode())
        talk.abort()
    site.allow("gate")
    site.ask("GET", "/list", may_raise=True)  # the one worker takes it up when it is done with the visitor who left
    yield _closed(
        site, did, result,
        "The server asks for no more blocks then. What stands after your loop never runs.",
        "The server calls close() of what you returned. In a generator that runs `finally`.",
    )  # fmt: skip


def _too_soon(site: Site, did: str) -> list[Observation]:
    if not notes(site, "after"):
        return []
    return [
        observe(
            False, did, "the blocks are closed after the last one", "a block was asked for after close()",
            "When does the server read the iterable that you return? Is the inner one still open then?",
            "`return` runs `finally` at once, before the first block. In a generator function it runs at the end.",
        )
    ]  # fmt: skip


def _closed(site: Site, did: str, result: dict[str, Any], *hints: str) -> Observation:
    """Whether the inner iterable was closed."""
    closed = bool(notes(site, "close"))
    saw = "it was called" if closed else "it was never called"
    if not closed and not result.get("has_close"):
        saw += f". What the layer returns is {a_type(result.get('type', 'object'))}, and that has no close()"
    return observe(closed, did, "close() of the inner iterable is called (M3)", saw, *hints)


def _end_hints(result: dict[str, Any]) -> tuple[str, str]:
    if not result.get("has_close"):
        return (
            "The server closes what you return, and knows nothing of what is inside.",
            "Give what you return a close() of its own, or let a generator function return it: a generator has one.",
        )
    return (
        "The server closes what you return. Who passes that on to the iterable inside?",
        "A `for` loop does not close what it runs over. Call close() of the inner iterable at the end.",
    )


# 05/header


HEADER, VALUE = "X-Frame-Options", "DENY"
WITH_HEADER = f"{HEADER}: {VALUE}, once"
LATE = (
    "This application calls start_response when its first block is asked for. Had it called when you looked?",
    "Do not wait for the call: hand the application a start_response of your own, and add the header when it is called.",
)
WRITER = (
    "This application uses what start_response returns: the write callable.",
    "Your start_response has to return what the server's start_response returns.",
)
GENERATOR = (
    "The application calls write() when it is called. When does your layer call it?",
    "A generator function runs only when its first block is asked for, and then it is too late for write(). Call the "
    "application in a plain function.",
)
THIRD = (
    "In an error handler, start_response gets a third argument, exc_info. It is optional.",
    "Take it with the default None, and pass it on: with it, the server lets the headers be replaced.",
)


@exercise("05/header", "A header on every answer", files={"pages.py": "onion_inner.py"})
def header(
    site: Site, *, words: tuple[str, ...] = ("two", "cups", "of tea"), own: str = "SAMEORIGIN"
) -> Iterator[Observation]:
    """`words`: the blocks of the application inside. `own`: the value that it gives to the header itself."""
    site.prepare(words="\n".join(words))
    text = lines(words)
    for path, about in (("/rows", ""), ("/missing", ", answered with 404")):
        answer = site.ask("GET", path, may_raise=True)
        if stop := crash(site, f"GET {path}{about}"):
            yield from stop
            return
        yield _framed(answer, f"GET {path}{about}")
    yield observe(
        answer.status == 404, f"GET {path}", "404 Not Found", title(answer), "The status is the application's."
    )
    if not _framed(answer, "").holds:
        return

    did = "GET /late, which calls start_response with its first block"
    site.prepare(words="\n".join(words))
    answer = site.ask("GET", "/late", may_raise=True)
    if stop := crash(site, did, *LATE):
        yield from stop
        return
    yield _framed(answer, did, *LATE)
    yield observe(answer.text == text, did, show(text), show(answer.text), "The blocks go through as they are.")
    for row in flow(site, did):
        yield row
        if not row.holds:
            return

    did = "GET /write, which uses the write callable"
    answer = site.ask("GET", "/write", may_raise=True)
    _say(site, "A11", *GENERATOR)
    yield from crash(site, did, *WRITER)
    yield observe(answer.text == text, did, show(text), show(answer.text), *WRITER)

    did = "GET /sorry, which calls start_response again with exc_info"
    answer = site.ask("GET", "/sorry", may_raise=True)
    _say(site, "S14", *THIRD)
    yield from crash(site, did, *THIRD)
    told = [e for e in site.recent if e["event"] == "start"]
    saw = f"{title(answer)}; calls with exc_info: {sum(e['exc_info'] for e in told)}"
    yield observe(
        answer.status == 500 and bool(told) and told[-1]["exc_info"],
        did,
        "500, and exc_info reaches the server",
        saw,
        *THIRD,
    )

    did = f"GET /own/{own}, which says x-frame-options: {own} itself"
    answer = site.ask("GET", f"/own/{own}", may_raise=True)
    yield from crash(site, did)
    yield observe(
        answer.all(HEADER) == [own], did, f"{own} alone", ", ".join(answer.all(HEADER)) or "no such header",
        "The application has said it already, and knows better.",
        "Header names may be written in any case: x-frame-options is the same name.",
    )  # fmt: skip

    answer = site.ask("GET", "/cookies", may_raise=True)
    yield observe(
        answer.all("Set-Cookie") == ["a=1", "b=2"], "GET /cookies, which sets two cookies", "a=1 and b=2",
        " and ".join(answer.all("Set-Cookie")) or "no cookie",
        "Headers are a list, since a name may come twice.",
        "A dict keeps one value for each name. Work on the list.",
    )  # fmt: skip


def _framed(answer: wire.Answer, did: str, *hints: str) -> Observation:
    values = answer.all(HEADER)
    saw = ", ".join(f"{HEADER}: {value}" for value in values) or f"{title(answer)} without {HEADER}"
    return observe(
        values == [VALUE], did, WITH_HEADER, saw,
        *(hints or ("Where does the list of headers pass through your hands? Add one there.",
                    "The application calls the start_response that you gave it. Which one is that?")),
    )  # fmt: skip


# 05/mount


@exercise("05/mount", "Two applications behind one door", files={"shops.py": "onion_shops.py"})
def mount(
    site: Site,
    *,
    below: tuple[str, ...] = ("/green", "/", "", "/tea/green"),
    outer: str = "/town",
) -> Iterator[Observation]:
    """`below`: paths below a mounted application. `outer`: where the whole may itself be mounted."""
    for name in ("tea", "cake"):
        for path in below:
            row = _arrived(site, f"/{name}{path}", name, f"/{name}", path)
            yield row
            if not row.holds:
                return
    yield _arrived(site, f"/tea{below[0]}?cups=2", "tea", "/tea", below[0], query="cups=2")
    for path in ("/", "/coffee", "/teapot", "/cakes/apple", f"/old/tea{below[0]}"):
        answer = site.ask("GET", path)
        hints = ("No application lives here, and somebody has to say so.",)
        if path[1:4] in ("tea", "cak"):
            hints = (
                f"{path} begins with the same letters and is another place.",
                "After the name comes a slash, or nothing.",
            )
        elif "tea" in path:
            hints = ("The name has to stand at the beginning of the path.",)
        saw = title(answer)
        if answer.status == 200:
            saw += f", from {show(answer.text[:40])}"
        yield observe(answer.status == 404, f"GET {path}", "404 Not Found", saw, *hints)
    yield _arrived(
        site, f"{outer}/tea{below[0]}", "tea", f"{outer}/tea", below[0], outer=outer,
        hints=(
            f"A server may have mounted the whole at {outer}: SCRIPT_NAME is not empty when the request comes in.",
            "What was in SCRIPT_NAME stays, and the name is added to its end.",
        ),
    )  # fmt: skip


MOVED = (
    "SCRIPT_NAME is the part of the path that has led here, PATH_INFO what is left of it.",
    "What is taken from the beginning of PATH_INFO is added to the end of SCRIPT_NAME. Together they are the path.",
)


def _arrived(
    site: Site,
    target: str,
    name: str,
    script: str,
    path: str,
    *,
    query: str = "",
    outer: str = "",
    hints: tuple[str, ...] = MOVED,
) -> Observation:
    """Ask, and compare what the mounted application saw."""
    did = f"GET {target}" + (f", with SCRIPT_NAME {outer}" if outer else "")
    answer = site.ask("GET", target, headers=[("SCRIPT_NAME", outer)] if outer else [])
    expected = f"{name} sees SCRIPT_NAME {script!r}, PATH_INFO {path!r}"
    if answer.status != 200:
        tell = (
            f"{target.partition('?')[0]} belongs to the application {name}.",
            "Which path do you compare with which?",
        )
        return observe(False, did, expected, title(answer), *(tell if not outer else hints))
    try:
        told = answer.json()
    except ValueError:
        return observe(False, did, expected, show(answer.text), f"The answer has to be that of the application {name}.")
    if told["environ"] != "dict":
        return observe(
            False, did, "the environ is a real dict (S2)", f"it is {a_type(told['environ'])}",
            "To the application inside you are the server, and PEP 3333 asks for a plain dict.",
            "dict(environ) makes a copy that may be changed.",
        )  # fmt: skip
    saw = f"{told['name']} sees SCRIPT_NAME {told['SCRIPT_NAME']!r}, PATH_INFO {told['PATH_INFO']!r}"
    if told["name"] != name:
        hints = ("The name has to stand at the beginning of the path.", *hints)
    elif path == "" and saw == f"{name} sees SCRIPT_NAME {script!r}, PATH_INFO '/'":
        hints = (
            f"Together the two are {script}/ now, and {script} was asked for.",
            "An empty PATH_INFO is allowed; leave it empty.",
        )
    if query and told["QUERY_STRING"] != query:
        saw += f", QUERY_STRING {told['QUERY_STRING']!r}"
        return observe(False, did, f"QUERY_STRING {query!r}", saw, "The rest of the environ goes through as it is.")
    return observe(saw == expected, did, expected, saw, *hints)
