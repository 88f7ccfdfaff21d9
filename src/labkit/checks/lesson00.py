"""The exercises of lesson 00: a first check that fails, and headers that tell the truth."""

import re
from collections.abc import Iterator
from dataclasses import replace

from labkit.conformance.rules import show

from .registry import exercise
from .site import Site, observe
from .verdict import Observation

PLAIN = "Content-Type: text/plain; charset=utf-8"


@exercise("00/hello", "A first answer")
def hello(site: Site, *, text: str = "Hello!") -> Iterator[Observation]:
    """One page: `text` as text/plain, answered with 200."""
    answer = site.ask("GET", "/")
    if site.problems:
        raised = any(event["event"] == "raised" for event in site.recent)
        logged = re.findall(r"^\w+(?:\.\w+)*(?:Error|Exception): .*$", site.server.log, re.M)
        if logged and not raised:  # what the application raised is in the table already
            _add_hint(site, f"gunicorn's own log says: `{logged[-1]}`")
        return
    yield observe(
        answer.status == 200,
        "GET /",
        "200 OK",
        f"{answer.status} {answer.reason}",
        "The status is the first thing that `start_response` is given.",
        "Write three digits, a space and the reason that belongs to them.",
    )
    kind = answer.header("Content-Type")
    yield observe(
        bool(re.match(r"text/plain\b", kind or "", re.I)),
        "GET /",
        "Content-Type: text/plain",
        f"Content-Type: {kind}" if kind else "no Content-Type",
        "The headers are the second thing that `start_response` is given.",
        "The list needs a tuple of two texts: the header's name and its value.",
    )
    yield observe(
        answer.text.strip() == text,
        "GET /",
        f"the text {text}",
        f"the text {show(answer.text)}",
        "Compare letter by letter, also capitals and punctuation.",
        "The text is what the function returns, between the quotes.",
    )


@exercise("00/headers", "Headers that tell the truth")
def headers(site: Site, *, text: str = "Café crème: 2.80 €") -> Iterator[Observation]:
    """One page whose text has characters of several bytes, with an exact Content-Length."""
    answer = site.ask("GET", "/", may_break=True)
    arrived = answer.body.decode(errors="replace")
    if site.problems:
        end = "stopped there" if answer.complete else "waited for more bytes, until the server hung up"
        _add_hint(site, f"The visitor's program read {show(arrived)} and {end}.", clause="S22")
        return
    saw, hints = f"the text {show(arrived)}", ("Keep the text as the task gives it, also its accents.",)
    if "\ufffd" in arrived:
        saw = f"bytes that are no UTF-8: {show(answer.body)}"
        hints = (
            "The header promises UTF-8, and the text was encoded in another way.",
            "`encode()` without an argument makes UTF-8.",
        )
    yield observe(arrived.strip() == text, "GET /, read as UTF-8", f"the text {text}", saw, *hints)
    kind, length = answer.header("Content-Type"), answer.header("Content-Length")
    charset = re.search(r"charset=\"?([\w-]+)", kind or "", re.I)
    yield observe(
        bool(charset) and charset[1].lower() in ("utf-8", "utf8"),
        "GET /",
        PLAIN,
        f"Content-Type: {kind}" if kind else "no Content-Type",
        "How shall the visitor's program know which bytes mean which letters?",
        "The charset belongs in the value of Content-Type, after a semicolon.",
    )
    yield observe(
        length is not None,
        "GET /",
        "a Content-Length",
        f"Content-Length: {length}" if length else "no Content-Length",
        "The task asks for a length: with it a program can tell a whole answer from one that broke off.",
        "Count the bytes of the body, and add the count to the list of headers as text.",
    )


def _add_hint(site: Site, hint: str, clause: str = "") -> None:
    """Put a gentler hint before the one that a broken rule (of this clause) comes with."""
    site.problems[:] = [replace(p, hints=(hint, *p.hints)) if clause in p.did else p for p in site.problems]
