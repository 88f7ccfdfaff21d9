"""The exercises of lesson 06: a passport that is true under two servers, and an application mended for all four."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from labkit import serve, wire
from labkit.conformance.rules import show

from .registry import exercise
from .site import LIMITS, Site, failed_start, last_traceback, observe, raised
from .verdict import Observation

PATIENCE = 2.0  # seconds to wait for an answer; a right application needs some milliseconds
STAMPS = ("worker", "server", "scheme", "threads", "processes", "host")


@exercise("06/passport", "A passport that is true under every server")
def passport(site: Site, *, host: str = "tea.example:8080") -> Iterator[Observation]:
    """`host`: what the visitor calls the site."""
    expected = {
        "server": f"gunicorn/{version('gunicorn')}", "scheme": "http", "threads": False, "processes": False, "host": host,
    }  # fmt: skip
    asked = [("Host", host)]
    answer = site.ask("GET", "/passport", headers=asked)
    did = "GET /passport, under gunicorn"
    yield _ok(answer, did)
    kind = answer.header("Content-Type")
    yield observe(
        re.match(r"application/json\b", kind or "", re.I), did, "Content-Type: application/json",
        f"Content-Type: {kind}" if kind else "no Content-Type", "The visitor is a program: tell it that this is JSON.",
    )  # fmt: skip
    stamps, rows = _stamps(answer, did)
    yield from rows
    yield from _compare(stamps, {**expected, "worker": site.server.workers()}, did)

    answer = site.ask("GET", "/passport", headers=[*asked, ("X-Forwarded-Ssl", "on")])
    did = "GET /passport, when a proxy that gunicorn trusts says that the visitor came by https"
    stamps, rows = _stamps(answer, did)
    yield from [row for row in rows if not row.holds]
    yield from _compare(stamps, {"scheme": "https"}, did)

    hints = {
        "/tea": "Only /passport has a passport. Does the application look at the path?",
        "/passports": "This path begins like the other, and it is another: compare the whole of it.",
    }
    for path, hint in hints.items():
        answer = site.ask("GET", path, headers=asked)
        yield observe(
            answer.status == 404, f"GET {path}", "404 Not Found", f"{answer.status} {answer.reason}", hint
        )  # fmt: skip
    yield from _passport_under_uwsgi(site, host)


def _passport_under_uwsgi(site: Site, host: str) -> Iterator[Observation]:
    """Two processes of two threads, loaded once and forked: other flags, no SERVER_SOFTWARE."""
    did = "GET /passport, under uWSGI with two processes of two threads"
    started = _start(site, serve.Uwsgi, processes=2, threads=2)
    if isinstance(started, Observation):
        yield started
        return
    with started as server:
        answer = _ask(site, server, did, "GET", "/passport", headers=[("Host", host)])
        if isinstance(answer, Observation):
            yield answer
            return
        stamps, rows = _stamps(answer, did)
        yield from [row for row in rows if not row.holds]
        expected = {
            "worker": server.workers(), "server": None, "scheme": "http", "threads": True, "processes": True, "host": host,
        }  # fmt: skip
        yield from _compare(stamps, expected, did)


def _stamps(answer: wire.Answer, did: str) -> tuple[dict[str, Any], list[Observation]]:
    """The passport as a dict, and what there is to say about its form."""
    try:
        found = answer.json()
    except (ValueError, RecursionError) as error:
        hint = "`json.dumps` turns a dict into JSON; a framework has a function of its own for it."
        if "'" in answer.text:
            hint = "This is how Python shows a dict. JSON has double quotes, and writes true, false and null."
        return {}, [observe(False, did, "JSON", f"{show(answer.text, 80)}, which is no JSON: {error}", hint)]
    if not isinstance(found, dict):
        return {}, [observe(False, did, "a JSON object", show(answer.text, 80), "The stamps have names: send a dict.")]
    missing = [name for name in STAMPS if name not in found]
    return found, [
        observe(
            not missing, did, f"the stamps {', '.join(STAMPS)}", f"{', '.join(found) or 'no stamps'}",
            f"There is no stamp of the name {' or '.join(missing)}.",
        )
    ]  # fmt: skip


def _compare(stamps: dict[str, Any], expected: dict[str, Any], did: str) -> Iterator[Observation]:
    """One row for the stamps that are right, and one for each that is not."""
    wrong = []
    for name, value in expected.items():
        if name not in stamps:
            continue  # said already
        saw = stamps[name]
        right = saw in value and type(saw) is int if name == "worker" else saw == value and type(saw) is type(value)
        if not right:
            words = f"{name}: {_or(value) if name == 'worker' else json.dumps(value)}"
            wrong.append(observe(False, did, words, f"{name}: {json.dumps(saw)}", *_stamp_hints(name, saw, value)))
    yield from wrong
    there = [f"{name}: {json.dumps(stamps[name])}" for name in expected if name in stamps]
    if there and not wrong:
        yield observe(True, did, "true stamps", ", ".join(there))


def _or(pids: Sequence[int]) -> str:
    return " or ".join(map(str, pids)) + " (the process that calls the application)"


def _stamp_hints(name: str, saw: Any, expected: Any) -> tuple[str, ...]:
    if isinstance(saw, str) and not isinstance(expected, str | None) and name in ("worker", "threads", "processes"):
        kind = "a number" if name == "worker" else "true or false"
        return (
            f"This is text. In JSON {kind} stands without quotes: what does `json.dumps` make of the value itself?",
        )
    if name == "worker":
        return (
            "Is this the process that answered, or the one that loaded the file?",
            "uWSGI loads the file once and forks afterwards. What the file asks on import belongs to the parent.",
        )
    if name == "server" and expected is None:
        return (
            "This server does not give its name. null says so, and None is what Python calls it.",
            "What does `environ.get` give for a key that is not there?",
        )
    if name == "server":
        return ("The server gives its name in environ, under SERVER_SOFTWARE.",)
    if name == "scheme":
        return (
            "Only the server knows how the visitor came. It says so in environ.",
            "SERVER_PROTOCOL is a version of HTTP, with TLS or without. `wsgi.url_scheme` is what PEP 3333 has for this.",
        )
    if name == "host":
        return (
            "SERVER_NAME is what the server calls itself. The visitor's word for the site is a header of the request.",
            "The Host header, with its port, is in environ under HTTP_HOST.",
        )
    return (
        f"What is true of one server is not true of the next: `wsgi.multi{name.removesuffix('es').removesuffix('s')}` tells.",
        "Take the value from environ for each request, and do not work it out.",
    )


@exercise("06/portable", "From one server to four")
def portable(
    site: Site, *, texts: Sequence[tuple[str, int]] = (("green tea", 2), ("one\ntwo", 1), ("Grüße", 3))
) -> Iterator[Observation]:
    """`texts`: (what is sent, how often it shall come back)."""
    for text, times in texts:
        target, sent = f"/shout?times={times}", text.encode()
        answer = site.ask("POST", target, body=sent)
        yield _shouted(answer, f"POST {target} with {show(text)}, under gunicorn", text, times)
    yield _named(answer, "under gunicorn", f"gunicorn/{version('gunicorn')}")
    answer = site.ask("POST", "/whisper?times=1", body=b"tea")
    yield _missing(answer, "under gunicorn")
    answer = site.ask("POST", "/shout?times=2")
    yield _nothing(answer, "under gunicorn")
    for name, server in (("wsgiref", serve.Wsgiref), ("waitress", serve.Waitress), ("uWSGI", serve.Uwsgi)):
        rows = list(_shout_under(site, server, f"under {name}", *texts[0]))
        yield from rows
        if not all(row.holds for row in rows):
            return  # one server at a time


def _shout_under(site: Site, kind: type[serve.Server], where: str, text: str, times: int) -> Iterator[Observation]:
    """The same again under another server."""
    started = _start(site, kind)
    if isinstance(started, Observation):
        yield started
        return
    software = {serve.Wsgiref: "WSGIServer/0.2", serve.Waitress: "waitress", serve.Uwsgi: "unknown"}[kind]
    target = f"/shout?times={times}"
    with started as server:
        did = f"POST {target} with {show(text)}, {where}"
        answer = _ask(site, server, did, "POST", target, body=text.encode())
        if isinstance(answer, Observation):
            yield answer
            return
        row = _shouted(answer, did, text, times)
        yield row
        if not row.holds:
            return  # what else goes wrong there says nothing new
        yield _named(answer, where, software)
        for target, judge in (("/whisper?times=1", _missing), ("/shout?times=2", _nothing)):
            body = b"tea" if judge is _missing else b""
            did = f"POST {target}{'' if body else ' without a body'}, {where}"
            answer = _ask(site, server, did, "POST", target, body=body)
            yield answer if isinstance(answer, Observation) else judge(answer, where)


def _shouted(answer: wire.Answer, did: str, text: str, times: int) -> Observation:
    right = f"{text.upper()}\n" * times
    hints = ("The text in capitals, once a line, as often as `times` says.",)
    if answer.status == 404:
        hints = (
            "The path is right, and the application did not find it in this environ.",
            "PEP 3333 gives the path in PATH_INFO and what follows the question mark in QUERY_STRING, under every server.",
        )
    elif answer.status != 200:
        hints = ("This is the same request that other servers hand over too. On what does the application decide?",)
    elif answer.text == f"{text.upper()}\n":
        hints = ("It came once. Where does the number come from, and does every server give it there?",)
    return observe(
        answer.status == 200 and answer.text == right,
        did,
        f"200 and {show(right)}",
        f"{answer.status} and {show(answer.text)}",
        *hints,
    )


def _named(answer: wire.Answer, where: str, software: str) -> Observation:
    saw = answer.header("X-Served-By")
    hints = ("The server gives its name in environ, under SERVER_SOFTWARE.",)
    if software == "unknown":
        hints = ("This server gives no name, and the task says which word stands there then.",)
    return observe(
        saw == software, f"POST /shout, {where}", f"X-Served-By: {software}",
        f"X-Served-By: {saw}" if saw is not None else "no X-Served-By", *hints,
    )  # fmt: skip


def _missing(answer: wire.Answer, where: str) -> Observation:
    return observe(
        answer.status == 404, f"POST /whisper?times=1, {where}", "404 Not Found", f"{answer.status} {answer.reason}",
        "The application shouts at /shout only.",
    )  # fmt: skip


def _nothing(answer: wire.Answer, where: str) -> Observation:
    return observe(
        answer.status == 400, f"POST /shout?times=2 without a body, {where}", "400 Bad Request",
        f"{answer.status} {answer.reason}",
        "Without a body there is nothing to shout.",
        "A request without a body has no CONTENT_LENGTH, or an empty one. Both mean 0 bytes.",
    )  # fmt: skip


def _ok(answer: wire.Answer, did: str) -> Observation:
    hint = "Which path does the application answer? In a framework, look at the route: /passport, without a slash at the end."
    return observe(answer.status == 200, did, "200 OK", f"{answer.status} {answer.reason}", hint)


def _start(site: Site, kind: type[serve.Server], **settings: Any) -> serve.Server | Observation:
    """A running server of another kind with the learner's application, or why there is none."""
    server = kind(f"{site.path.stem}:app", cwd=site.folder, limits=LIMITS, start_timeout=10.0, **settings)
    try:
        server.start()
    except serve.ServerError as error:
        return failed_start(error, site.path)
    return server


def _ask(
    site: Site,
    server: serve.Server,
    did: str,
    method: str,
    target: str,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
) -> wire.Answer | Observation:
    """The answer of another server, or what kept it from answering: an exception there, or a wait without end."""
    told = len(server.log)
    try:
        answer = wire.exchange(server.url, method, target, headers, body, timeout=PATIENCE)
    except wire.NoAnswer as error:
        if event := last_traceback(server.log[told:]):
            return _raised(site, did, event)
        if not body or "within" not in str(error):
            hint = "The server's process went away or waits. What does the application do with this request?"
            return observe(False, did, "an answer", str(error), hint)
        return observe(
            False, did, "an answer", f"none: the application reads on after the body's last byte ({error})",
            "How many bytes does the application ask `wsgi.input` for? Not every server ends it where the body ends.",
            "CONTENT_LENGTH says how many there are. Where it is missing or empty there are none.",
        )  # fmt: skip
    except wire.WireError as error:
        return observe(False, did, "an answer", str(error))
    event = last_traceback(server.log[told:])
    broke = answer.status >= 500 or not answer.complete or not answer.body
    return _raised(site, did, event) if event and broke else answer


def _raised(site: Site, did: str, event: dict[str, Any]) -> Observation:
    """An exception under another server; a key that is missing there has hints of its own."""
    row = raised(did, event, site.folder)
    if event["type"] != "KeyError":
        return row
    key = event["message"].strip("'")
    hints = (
        f"Another server has given {key}, this one does not. Is it one of the keys that PEP 3333 asks of every server?",
        "The section environ Variables of PEP 3333 lists what must be there, and what may be missing when it is empty.",
    )
    return replace(row, hints=hints)
