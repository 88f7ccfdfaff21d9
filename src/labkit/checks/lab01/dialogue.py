"""What a client and the tea shop say to each other: status and headers, routes, forms, JSON."""

import ast
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from labkit import serve, wire

from .. import site as sites
from ..registry import exercise
from ..site import Site, cut, observe
from ..verdict import Observation

TEXT = "text/plain; charset=utf-8"
CATALOGUE = Path(sites.__file__).with_name("files") / "catalogue.py"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
PORTABLE_PATIENCE = 4.0  # seconds that a server which promises no end of input is waited for


# Status and headers


@exercise("lab01/status", "Status and headers")
def status(
    site: Site, *, codes: tuple[int, ...] = (404, 200, 418), methods: tuple[str, ...] = ("GET", "POST")
) -> Iterator[Observation]:
    """Ask for each code with the first method, and for the first code with the others."""
    for method, code in [(methods[0], code) for code in codes] + [(method, codes[0]) for method in methods[1:]]:
        did = f"{method} /status/{code}"
        answer = site.ask(method, f"/status/{code}")
        wanted = f"{code} {HTTPStatus(code).phrase}"
        line = _status_line(did, wanted, answer)
        rows = [line, _content_type(did, TEXT, answer), _length(did, answer), _shows_method(did, method, answer)]
        if line.holds:  # the body repeats the status
            rows.append(_status_body(did, f"{wanted} — {method}\n", answer))
        if wrong := _failing(rows):
            yield from wrong
            return  # the other codes would say the same once more
        yield observe(True, did, wanted, f"{answer.status} {answer.reason}, {len(answer.body)} bytes of body")


def _status_line(did: str, wanted: str, answer: wire.Answer) -> Observation:
    saw = f"{answer.status} {answer.reason}"
    if saw == wanted:
        return observe(True, did, wanted, saw)
    if answer.status != int(wanted[:3]):
        hints = (
            "The number at the end of the path is the status to answer with.",
            "Take it from `PATH_INFO`. The reason comes from `http.HTTPStatus`, for any number, not from a list of your own.",
        )
    else:
        hints = (
            "The number is right. The words behind it belong to another status.",
            "`http.HTTPStatus(code).phrase` knows the reason of every code.",
        )
    return observe(False, did, f"the status line {wanted}", f"the status line {saw}", *hints)


def _content_type(did: str, wanted: str, answer: wire.Answer) -> Observation:
    expected = f"one header Content-Type: {wanted}"
    found = answer.all("Content-Type")
    if len(found) > 1:
        return observe(
            False, did, expected, f"{len(found)} of them: {', '.join(found)}",
            "Each client picks another one of the two. Which line of your list of headers is too many?",
        )  # fmt: skip
    if not found:
        return observe(
            False, did, expected, "no Content-Type at all",
            "The list of headers needs a pair whose name is `Content-Type`. Look at its spelling.",
        )  # fmt: skip
    right = re.sub(r"\s*;\s*", "; ", found[0]).replace('"', "").lower() == wanted
    hints = (
        "Without the charset a browser guesses how the bytes are to be read, and may show `Ã©` for `é`.",
        "Compare the two values letter by letter.",
    )
    return observe(right, did, expected, f"Content-Type: {found[0]}", *hints)


def _length(did: str, answer: wire.Answer) -> Observation:
    found = answer.all("Content-Length")
    expected = "one header Content-Length with the number of bytes"
    if len(found) > 1:
        return observe(
            False, did, expected, f"{len(found)} of them: {', '.join(found)}",
            "A client that finds two lengths may refuse the answer. Give it once.",
        )  # fmt: skip
    return observe(
        bool(found), did, expected, f"Content-Length: {found[0]}" if found else "no Content-Length",
        "The client wants to know before the body comes how long it will be.",
        "First make the body, as bytes; then count them; then call `start_response`.",
    )  # fmt: skip


def _shows_method(did: str, method: str, answer: wire.Answer) -> Observation:
    found = answer.all("X-Method")
    saw = "no header X-Method" if not found else f"X-Method: {', '.join(found)}"
    hints = (
        "The header tells the client how it asked.",
        "The server puts the method into the environ, under `REQUEST_METHOD`.",
    )
    return observe(found == [method], did, f"one header X-Method: {method}", saw, *hints)


def _status_body(did: str, wanted: str, answer: wire.Answer) -> Observation:
    saw, expected = f"the body {answer.body!r}", f"the body {wanted!r} in UTF-8: {wanted.encode()!r}"
    if answer.body == wanted.encode():
        return observe(True, did, expected, saw)
    hints: tuple[str, ...] = (
        "Compare the two bodies from the left: where is the first difference?",
        "The body is the status line, a space, a long dash, a space, the method and a line end, encoded in UTF-8.",
    )
    if answer.body == wanted.strip().encode():
        hints = ("The line end is missing: a terminal would write its prompt behind the text.",)
    elif b"b'" in answer.body:
        hints = ("A `b` and quotes are in the text: something was bytes already when it was put into text.",)
    elif answer.body == wanted.replace("—", "-").encode():
        hints = ("The dash between the two is the long one, `—`. Copy it from the task.",)
    return observe(False, did, expected, saw, *hints)


# Routing and 404


@exercise("lab01/routes", "Routes and 404", files={"catalogue.py": "catalogue.py"})
def routes(
    site: Site,
    *,
    items: dict[str, int] | None = None,
    unknown: tuple[str, ...] = ("/items/coffee",),
    methods: tuple[str, ...] = ("POST", "DELETE"),
) -> Iterator[Observation]:
    """Ask for the list, for each item, for what is not there, and with methods that are not allowed."""
    items = _stock(site, items)
    plain = next(name for name in items if name.isascii() and name.isalpha())
    for again in ("", ", once more"):
        row = _listing(f"GET /{again}", items, site.ask("GET", "/"))
        yield row
        if not row.holds:
            return
    prices = (_price(name, price, site.ask("GET", _item(name))) for name, price in items.items())
    yield from _each(site, prices, f"GET /items/... for {len(items)} names", "the price of each")
    missing = [
        *((path, "nothing has this name") for path in unknown),
        (f"/items/{plain}/extra", f"this is not the path of {plain}: something comes after it"),
        (f"/items{plain}", "there is no slash between `items` and the name"),
        (f"/items/{plain}/", "a path with a slash at its end is another path"),
        ("/items/", "the name is empty"),
        ("/menu", "there is no such page"),
    ]
    asked = [("GET", path, why) for path, why in missing]
    asked.append(("POST", "/menu", "what is not there is not there for POST either"))
    rows = (
        _missing(f"{method} {path}", why, site.ask(method, path, may_raise=True), site) for method, path, why in asked
    )
    yield from _each(site, rows, f"asked for {len(asked)} paths that are not there", "404 Not Found")
    pages = [(method, path) for method in methods for path in ("/", _item(plain))]
    rows = (_refused(f"{method} {path}", method, site.ask(method, path)) for method, path in pages)
    yield from _each(
        site, rows, f"asked for 2 pages with {' and '.join(methods)}", "405 Method Not Allowed, with Allow"
    )


def _item(name: str) -> str:
    return "/items/" + quote(name, safe="+")


def _listing(did: str, items: dict[str, int], answer: wire.Answer) -> Observation:
    wanted = sorted(items)
    expected = f"200, the {len(items)} names of catalogue.ITEMS, one per line, in sorted order"
    if answer.status != 200:
        return observe(
            False, did, expected, f"{answer.status} {answer.reason}",
            "The front page lists what the shop has. Its path is one slash.",
        )  # fmt: skip
    try:
        got = answer.body.decode().splitlines()
    except UnicodeDecodeError:
        return observe(
            False, did, expected, f"bytes that are not UTF-8: {answer.body!r}",
            "The text has been encoded in another way, latin-1 perhaps.", "`text.encode()` without an argument makes UTF-8.",
        )  # fmt: skip
    if got == wanted:
        kind = _content_type(did, TEXT, answer)
        return observe(True, did, expected, f"200 and {len(got)} names") if kind.holds else kind
    saw = "an empty body" if not got else "\n".join(got)
    if sorted(got) == wanted:
        hints = ("All names are there, in another order.", "`sorted` puts text into the order that is asked for.")
    elif not got and "more" in did:
        hints = (
            "The first time the names were there. Something was used up by it.",
            "A generator or `map` at the top of the file can be read once; make the list anew for each request.",
        )
    elif not set(got) & set(wanted):
        hints = (
            "The check lays another `catalogue.py` beside your file, with other teas in it.",
            "Import `ITEMS` from `catalogue` and use what is in it; write no tea's name into `routes.py`.",
        )
    else:
        lost, extra = sorted(set(wanted) - set(got)), sorted(set(got) - set(wanted))
        saw = (
            "; ".join([f"missing: {lost[0]!r}"] * bool(lost) + [f"not in the catalogue: {extra[0]!r}"] * bool(extra))
            or saw
        )
        hints = ("The check lays another `catalogue.py` beside your file. One name per line, nothing else.",)
    return observe(False, did, expected, saw, *hints)


def _price(name: str, price: int, answer: wire.Answer) -> Observation:
    did, expected = f"GET {_item(name)}", f"200 and {price}, the price of {name!r}"
    if answer.status != 200:
        hints = ("The name is in `ITEMS`. Compare it with what your code looks up: print both with `repr`.",)
        if not name.isascii():
            hints = (
                "In the environ the path is text, but each character of it stands for one byte: "
                "`é` arrives as two characters, `Ã©`.",
                "Turn `PATH_INFO` back into its bytes with latin-1, then read the bytes as UTF-8.",
            )
        elif "+" in name:
            hints = (
                "A plus sign means a space in a query string. In a path it is a plus sign.",
                "The server has decoded the path already: do not unquote it again.",
            )
        elif " " in name:
            hints = ("The server has decoded `%20` already: `PATH_INFO` has a space there.",)
        return observe(False, did, expected, f"{answer.status} {answer.reason}", *hints)
    right = answer.body.strip() == str(price).encode()
    hints = (
        "The check lays another `catalogue.py` beside your file, with other prices in it.",
        "The body is the number in `ITEMS`, as digits, and nothing else.",
    )
    if str(price) in re.findall(r"\d+", answer.text):
        hints = (
            "The number is right, and there is more than the number. The client wants to calculate with it.",
            "The body is the price in digits: no words, no sign for euros, no `.0`.",
        )
    return observe(right, did, expected, f"200 and {cut(answer.body)}", *hints)


def _missing(did: str, why: str, answer: wire.Answer, site: Site) -> Observation:
    expected = f"404 Not Found: {why}"
    if found := _raised(
        did, expected, site, "Ask whether the name is in `ITEMS` before you take its price; if not, answer 404."
    ):
        return found
    hints = ("Which line of your code decided on this answer? Compare the whole path, not a part of it.",)
    if answer.status == 405:
        hints = ("First look whether there is anything at this path; then whether the method is allowed there.",)
    elif answer.status == 200 and re.search(rb"not found|404|unknown|no such", answer.body, re.I):
        hints = (
            "A person reads the text; a program reads the status, and it says that all is well.",
            "Give `start_response` another status here.",
        )
    elif "slash" in why or "after it" in why:
        hints = (
            "Your code finds the name although more, or less, is in the path than it should.",
            "The path must begin with `/items/`, and all that follows is the name.",
        )
    return observe(
        answer.status == 404, did, expected,
        f"{answer.status} {answer.reason}" + (f" with {cut(answer.body, 60)}" if answer.body else ""), *hints,
    )  # fmt: skip


def _refused(did: str, method: str, answer: wire.Answer) -> Observation:
    expected = "405 Method Not Allowed, and a header Allow that names GET"
    saw = f"{answer.status} {answer.reason}"
    if answer.status == 404:
        return observe(
            False, did, expected, saw,
            "404 says that there is nothing at this path. There is something, for another method.",
            "Decide by the path alone whether to answer 404, and look at the method afterwards.",
        )  # fmt: skip
    if answer.status != 405:
        return observe(
            False, did, expected, saw,
            "This path can be read, nothing else. What does your code do with the method?",
            "`environ['REQUEST_METHOD']` says how the client asks.",
        )  # fmt: skip
    allow = answer.all("Allow")
    allowed = [name.strip() for name in ",".join(allow).split(",")]
    if not allow:
        return observe(
            False, did, expected, f"{saw}, without Allow",
            "Whoever is told that a method is not allowed wants to know which one is: that is what `Allow` is for.",
            "Add the pair for `Allow` to the headers of this answer.",
        )  # fmt: skip
    hints = (
        "`Allow` lists the methods that work at this path, with commas between them. Is each of yours one of them?",
    )
    return observe(
        "GET" in allowed and method not in allowed, did, expected, f"{saw}, Allow: {', '.join(allow)}", *hints
    )


# Query and form data


@exercise("lab01/forms", "Query and form data")
def forms(
    site: Site,
    *,
    q: str = "green tea & maté",
    tags: tuple[str, ...] = ("new", "50% off", ""),
    item: str = "maté",
    extras: tuple[str, ...] = ("milk+honey", "a=b"),
    note: str = "two cups, please",
) -> Iterator[Observation]:
    """Search with a query string, then order with a form."""
    yield from _once(site, _searches(site, q, tags))
    yield from _once(site, _orders(site, item, extras, note))


def _searches(site: Site, q: str, tags: tuple[str, ...]) -> Iterator[Observation]:
    searches = [
        (urlencode([("q", q), *(("tag", tag) for tag in tags)]), [q, *tags]),
        (urlencode([("tag", tags[0]), ("q", q), ("page", "2"), ("q", "later")]), [q, tags[0]]),
        ("q=", [""]),
        ("", [""]),
    ]
    for query, (first, *rest) in searches:
        target = f"/search?{query}" if query else "/search"
        wanted = [f"q={first}", *(f"tag={tag}" for tag in rest)]
        answer = site.ask("GET", target, may_raise=not first)
        hints = (
            "A search may come without `q`, and that is no mistake.",
            "A name that is not in the query string is not in what `parse_qs` gives either: look it up in a way that does not raise.",
        )
        yield _raised(f"GET {target}", "200 and the line q=", site, *hints) or _lines(f"GET {target}", wanted, answer)


def _orders(site: Site, item: str, extras: tuple[str, ...], note: str) -> Iterator[Observation]:
    full = urlencode([("item", item), *(("extra", extra) for extra in extras), ("note", note)])
    for form, wanted in [
        (full, [f"item={item}", *(f"extra={extra}" for extra in extras), f"note={note}"]),
        (urlencode({"note": "", "item": item}), [f"item={item}", "note="]),
        (urlencode({"item": item}), [f"item={item}", "note="]),
    ]:
        did = f"POST /order with {form}"
        answer = site.ask("POST", "/order", headers=[FORM], body=form.encode(), may_raise=True)
        if found := _raised(did, "200 and the fields", site, *_form_hints(site)):
            yield found
            return
        row = _lines(did, wanted, answer)
        yield row
        if not row.holds:
            return
        if form == full and any(event["event"] == "input" and event["past"] for event in site.recent):
            yield _reads_no_more(did, site, form.encode())
    for form, why in [
        (f"note={quote(note)}", "item is missing"),
        ("item=&note=x", "item is empty"),
        ("", "there is no body"),
    ]:
        did = f"POST /order with {form}" if form else "POST /order with no body"
        answer = site.ask("POST", "/order", headers=[FORM], body=form.encode(), may_raise=True)
        yield _bad_form(did, form, why, answer, site)


def _form_hints(site: Site) -> tuple[str, ...]:
    """What to look at when a right form made the application raise."""
    kind = next((event["type"] for event in site.recent if event["event"] == "raised"), "")
    if kind == "TypeError":
        return (
            "Which of the values in this line is text, which bytes, which a number?",
            "All that came with the request is text in the environ, `CONTENT_LENGTH` too; the body is bytes.",
        )
    if kind.startswith("Unicode"):
        return (
            "The body is bytes; taken apart as bytes, its fields are bytes too, and only ASCII works.",
            "Decode the body to text first, then take it apart.",
        )
    return ("Read the line that is named. What was in the variables there, for this request?",)


def _lines(did: str, wanted: list[str], answer: wire.Answer) -> Observation:
    """Compare the lines of an answer, and recognise what was not done with the values."""
    expected = "200 and the lines\n" + "\n".join(wanted)
    if answer.status != 200:
        hints: tuple[str, ...] = ("Which of your lines answers this path with this method, and with which status?",)
        if answer.status == 400 and did.startswith("POST"):
            hints = (
                "Nothing is missing from this form. Where does a POST carry its fields, and where does your code look?",
                "The fields of a POST are in the body, `wsgi.input`; the query string is empty here.",
            )
        return observe(False, did, expected, f"{answer.status} {answer.reason} with {cut(answer.body, 60)}", *hints)
    got = answer.body.decode("utf-8", "replace").splitlines()
    saw = "\n".join(got) or "an empty body"
    lost = [line for line in wanted if line not in got]
    blank = [line for line in lost if line.endswith("=")]
    text = "\n".join(line for line in got if line not in wanted)
    query = "`parse_qs` and `parse_qsl` of `urllib.parse` take a query string, or a form's body as text, apart and decode it."
    if got == wanted:
        return observe(True, did, expected, saw)
    if re.search(r"=b['\"]", text):
        hints = (
            "A `b` and quotes are in the text: a value was bytes, and was put into text as it is.",
            "Decode the body to text first, then take it apart.",
        )
    elif "Ã" in text or "\ufffd" in text:
        hints = (
            "The letters beyond ASCII were read with another encoding than UTF-8, or answered with another one.",
            "Both ways are UTF-8 in this exercise: what `parse_qs` decodes, and what `encode` writes.",
        )
    elif any("&" in line and line.startswith(f"{short}&") for line in lost for short in got):
        hints = (
            "A value ends where `&` is a letter of it. In the request this `&` is written `%26`, so that it parts nothing.",
            "First take the fields apart, then decode each. " + query,
        )
    elif re.search(r"=\[.*\]$", text, re.M) and "[" not in "".join(wanted):
        hints = (
            "A whole list was put into the text, brackets and all.",
            "`parse_qs` gives a list for each name, because a name may come several times. Take the values out of it.",
        )
    elif (
        got
        and got[:-1] == wanted[: len(got) - 1]
        and wanted[len(got) - 1].startswith(got[-1])
        and len(got) == len(wanted)
    ):
        hints = (
            "All is right but the end: the last value is cut off.",
            "How many bytes does your code read, and how many does `CONTENT_LENGTH` say?",
        )
    elif re.search(r"%[0-9A-Fa-f]{2}", text) and not re.search(r"%[0-9A-Fa-f]{2}", "".join(wanted)):
        hints = ("`%C3%A9` is how a URL writes the two bytes of `é`. The values are still encoded that way.", query)
    elif "+" in text and lost and not any("+" in line for line in lost):
        hints = ("In a query string and in a form a plus sign stands for a space; here it stayed a plus sign.", query)
    elif lost and all(line in blank for line in lost):
        hints = (
            f"The line `{lost[0]}` is missing. A field that is given without a value is there all the same.",
            "Look for `keep_blank_values` in the documentation of the function that takes the query apart.",
        )
    elif any(line.split("=")[0] in ("tag", "extra") for line in lost):
        hints = (
            f"A field may be given several times; the line `{next(n for n in lost if n[0] in 'te')}` was lost.",
            "`parse_qs` gives a list for each name: use all of it, in its order.",
        )
    elif any(line.startswith("q=") for line in lost) and "q=later" in got:
        hints = ("`q` is given twice. The first one counts.",)
    elif sorted(got) == sorted(wanted):
        hints = ("The lines are right, their order is not.",)
    else:
        hints = ("Compare the lines one by one with what is expected.", query)
    return observe(False, did, expected, saw, *hints)


def _reads_no_more(did: str, site: Site, form: bytes) -> Observation:
    """Whether the application also gets on with a server that promises no end of the input.

    gunicorn ends the input after CONTENT_LENGTH bytes, and says so (wsgi.input_terminated); frameworks rely on what it
    says. Only a server that does not tells them apart from an application that reads on in any case (PEP 3333,
    "Input and Error Streams").
    """
    expected = "the body is read with CONTENT_LENGTH bytes and no more: under wsgiref it is answered too"
    with serve.Wsgiref(f"{site.path.stem}:app", cwd=site.folder, limits=sites.LIMITS) as server:
        try:
            answer = wire.exchange(server.url, "POST", "/order", [FORM], form, timeout=PORTABLE_PATIENCE)
        except wire.NoAnswer:
            return observe(
                False, did, expected, f"gunicorn was answered; under wsgiref no answer came within {PORTABLE_PATIENCE:g} seconds",
                "`read()` without a number reads until the input ends. A connection that stays open does not end.",
                "`CONTENT_LENGTH` says how many bytes there are; it is text, or missing, or empty.",
            )  # fmt: skip
    return observe(answer.status == 200, did, expected, f"under wsgiref: {answer.status} {answer.reason}")


def _bad_form(did: str, form: str, why: str, answer: wire.Answer, site: Site) -> Observation:
    expected = f"400 Bad Request: {why}"
    hints = (
        "A field that is not there is the client's mistake, not an exception of yours.",
        "Look the field up in a way that does not raise, and answer 400.",
    )
    if found := _raised(did, expected, site, *hints):
        if not form and ("CONTENT_LENGTH" in found.trace or "ValueError" in found.saw):
            hints = (
                "No body, no length: `CONTENT_LENGTH` is missing or empty then.",
                "Then there are 0 bytes to read, and no item among them.",
            )
        return replace(found, hints=hints) if found.expected == expected else found
    return observe(
        answer.status == 400, did, expected,
        f"{answer.status} {answer.reason} with {cut(answer.body, 60)}",
        "Without an item there is nothing to order. Which status says that the client has to change its request?",
        "Check that `item` is there and not empty before you call `start_response`.",
    )  # fmt: skip


# JSON in and out


@exercise("lab01/json", "JSON in and out", files={"catalogue.py": "catalogue.py"})
def orders(
    site: Site,
    *,
    items: dict[str, int] | None = None,
    counts: tuple[int, ...] = (2, 1),
    wrong_counts: tuple[Any, ...] = (0, -1, "2", 2.0, True),
    wrong_items: tuple[Any, ...] = ("coffee", 7),
    right_types: tuple[str, ...] = ("application/json", "application/json; charset=utf-8"),
    wrong_types: tuple[str, ...] = (
        "text/plain",
        "application/x-www-form-urlencoded",
        'multipart/related; type="application/json"',
        "application/json-patch+json",
        "",
    ),
) -> Iterator[Observation]:
    """Order what is there, then send everything that is not an order."""
    items = _stock(site, items)
    right = [(name, counts[0], right_types[0]) for name in items]
    right += [(next(iter(items)), count, right_types[-1]) for count in counts[1:]]
    for name, count, kind in right:
        row = _order(site, name, items[name], count, kind)
        yield row
        if not row.holds:
            return

    good = json.dumps({"item": name, "count": counts[0]})
    bad = [(json.dumps({"item": name, "count": count}), f"count is {json.dumps(count)}") for count in wrong_counts]
    bad += [(json.dumps({"item": item, "count": 1}), f"item is {json.dumps(item)}") for item in wrong_items]
    bad += [
        (json.dumps({"item": [name], "count": 1}), "item is a list"),
        (json.dumps({"item": name}), "count is missing"),
        (json.dumps({"count": 1}), "item is missing"),
        (json.dumps([name, 1]), "it is a list, not an object"),
        ('"tea"', "it is text, not an object"),
        (good[:-1], "the JSON is cut off"),
        ("", "there is no body"),
    ]
    bodies = [(body.encode(), why, body) for body, why in bad]
    bodies.append(('{"item": "caf\xe9", "count": 1}'.encode("latin-1"), "the bytes are not UTF-8", "latin-1 bytes"))
    sent = [("Content-Type", right_types[0])]
    rows = (
        _bad_order(
            f"POST /orders with {shown or 'no body'}", why,
            site.ask("POST", "/orders", headers=sent, body=body, may_raise=True), site,
        )
        for body, why, shown in bodies
    )  # fmt: skip
    yield from _each(site, rows, f"POST /orders with {len(bodies)} bodies that are no order", "400, an error as JSON")
    rows = (_wrong_type(site, kind, good.encode()) for kind in wrong_types)
    yield from _each(site, rows, f"POST /orders with {len(wrong_types)} other types", "415, an error as JSON")


def _order(site: Site, name: str, price: int, count: int, kind: str) -> Observation:
    body = json.dumps({"item": name, "count": count}, ensure_ascii=False)
    did = f"POST /orders with {body}" + (f" as {kind}" if ";" in kind or kind != kind.lower() else "")
    answer = site.ask("POST", "/orders", headers=[("Content-Type", kind)], body=body.encode())
    wanted = {"item": name, "count": count, "total": price * count}
    expected = f"201 Created and {json.dumps(wanted, ensure_ascii=False)} as application/json"
    saw = f"{answer.status} {answer.reason} with {cut(answer.body, 90)}"
    if answer.status != 201:
        hints: tuple[str, ...] = ("This order is right. Which line of your code decided on this status?",)
        if answer.status == 200:
            hints = ("An order that was taken is something new: that has a status of its own, 201 Created.",)
        if answer.status == 415 and kind == "application/json":
            hints = (
                "This request says that its body is JSON. Where does your code look for that?",
                "The environ has it as `CONTENT_TYPE`; most headers begin with `HTTP_` there, this one does not.",
            )
        elif answer.status == 415:
            hints = (
                "This is JSON too: after the type come parameters, and upper or lower case does not matter.",
                "Compare only what is before the semicolon.",
            )
        elif answer.status == 400:
            hints = (
                f"This order is right, {name!r} is in the catalogue, and it was refused. An `except` that catches everything "
                "hides your own mistakes too.",
                "Name the exceptions that bad JSON raises, keep the `try` short, and see what is raised then.",
            )
        return observe(False, did, expected, saw, *hints)
    if found := _json_type(did, expected, answer):
        return found
    got, problem = _read_json(answer.body)
    if problem:
        return observe(False, did, expected, saw, *problem)
    hints = ("Compare the two objects name by name.", "There are three names in it: item, count, total.")
    if isinstance(got, dict) and {**got, "total": 0} == {**wanted, "total": 0}:
        hints = (
            "The total is the price in `ITEMS` times the count; the check lays another `catalogue.py` beside your file.",
        )
        if isinstance(got.get("total"), str):
            hints = ("The total stands in quotes: it is text. The client wants a number that it can calculate with.",)
    return observe(got == wanted, did, expected, saw, *hints)


def _json_type(did: str, expected: str, answer: wire.Answer) -> Observation | None:
    """A Content-Type that does not say JSON; ``None`` when it does."""
    found = answer.all("Content-Type")
    if len(found) == 1 and found[0].partition(";")[0].strip().lower() == "application/json":
        return None
    return observe(
        False, did, expected, f"Content-Type: {', '.join(found) or 'none'}",
        "The client reads the body as what Content-Type says.", "JSON has a type of its own: `application/json`.",
    )  # fmt: skip


def _read_json(body: bytes) -> tuple[Any, tuple[str, ...]]:
    """The body read as JSON, and hints when it is none."""
    try:
        return json.loads(body.decode()), ()
    except ValueError:
        pass
    with suppress(ValueError, SyntaxError):
        ast.literal_eval(body.decode())
        return None, (
            "This is how Python writes a dict. JSON has double quotes, `true` and `null`.",
            "`json.dumps` writes JSON; `str` and `repr` do not.",
        )
    return None, ("This is not JSON.", "Make the body with `json.dumps`, then encode it.")


def _bad_order(did: str, why: str, answer: wire.Answer, site: Site) -> Observation:
    expected = f"400 Bad Request, with an error as JSON ({why})"
    first = "The body is wrong, your code is not: a client's mistake is answered, it does not end in an exception."
    hints = (first, "Look at what this body becomes step by step: bytes, text, JSON, an object, its fields.")
    if found := _raised(did, expected, site, *hints):
        return found
    saw = f"{answer.status} {answer.reason} with {cut(answer.body, 90)}"
    if answer.status != 400:
        hints = (f"It is not an order: {why}.", "Which line of your code should have seen that?")
        if answer.status == 200:
            hints = ("A program reads the status first, and 200 says that all is well. Give the error its own status.",)
        elif "count is true" in why:
            hints = (
                "`True` is a number for Python: `isinstance(True, int)` holds. It is none for a shop.",
                "Ask for the exact type, or for `bool` first.",
            )
        elif why.startswith("count is") and why[9:10] in '"0123456789' and why != "count is 0":
            hints = (
                "`int()` makes a number of many things. The shop wants a whole number as JSON writes it: `2`.",
                "Look at the type of the value; do not convert it.",
            )
        return observe(False, did, expected, saw, *hints)
    if found := _json_type(did, expected, answer):
        return found
    got, problem = _read_json(answer.body)
    right = isinstance(got, dict) and isinstance(got.get("error"), str) and got["error"].strip() != ""
    return observe(
        right, did, expected, saw,
        *(problem or ('The answer is an object with one text in it: `{"error": "..."}`, with words that help the client.',)),
    )  # fmt: skip


def _wrong_type(site: Site, kind: str, body: bytes) -> Observation:
    did = f"POST /orders as {kind}" if kind else "POST /orders without Content-Type"
    answer = site.ask("POST", "/orders", headers=[("Content-Type", kind)] if kind else [], body=body, may_raise=True)
    expected = "415 Unsupported Media Type, with an error as JSON"
    saw = f"{answer.status} {answer.reason} with {cut(answer.body, 90)}"
    if found := _raised(
        did, expected, site, "The header may be missing: then `CONTENT_TYPE` is not in the environ, or empty."
    ):
        return found
    if answer.status != 415:
        hints: tuple[str, ...] = (
            "The client says that this body is something else than JSON. What does your code do with `CONTENT_TYPE`?",
            "Look at the type before you look at the body.",
        )
        if kind.startswith("application/json"):
            hints = (
                f"`{kind}` begins like JSON and is another type.",
                "Compare the whole type, all that is before the semicolon.",
            )
        elif "application/json" in kind:
            hints = (
                "Another type, which names JSON in a parameter, after the semicolon.",
                "It is not enough that `application/json` is somewhere in the header. Compare all that is before the semicolon.",
            )
        return observe(False, did, expected, saw, *hints)
    if found := _json_type(did, expected, answer):
        return found
    got, problem = _read_json(answer.body)
    right = isinstance(got, dict) and isinstance(got.get("error"), str)
    return observe(right, did, expected, saw, *(problem or ('The answer is an object: `{"error": "..."}`.',)))


# What several exercises use


def _failing(rows: list[Observation]) -> list[Observation]:
    return [row for row in rows if not row.holds]


def _once(site: Site, rows: Iterator[Observation]) -> Iterator[Observation]:
    """The rows, and of those that do not hold one for each kind of mistake. Ends where the protocol was broken."""
    told = set()
    for row in rows:
        if site.problems:
            return
        if row.holds or row.hints not in told:
            yield row
        if not row.holds:
            told.add(row.hints)


def _each(site: Site, rows: Iterator[Observation], did: str, saw: str) -> Iterator[Observation]:
    """The rows that do not hold, one for each kind of mistake; one row for all when every one holds."""
    wrong = False
    for row in _once(site, rows):
        if not row.holds:
            wrong = True
            yield row
    if not wrong and not site.problems:
        yield observe(True, did, saw, saw)


def _stock(site: Site, items: dict[str, int] | None) -> dict[str, int]:
    """Lay these items into the catalogue, and have a worker that has read them.

    A module may take what it needs from the catalogue when it is imported, so a new catalogue needs a new worker: the
    idle one is killed and gunicorn starts another.

    Args:
        items: names and prices; ``None`` for the catalogue that is there from the start.

    Raises:
        Over: the file cannot be loaded beside it; the site's problems say why.
    """
    if items is None:
        return ast.literal_eval(CATALOGUE.read_text().partition("ITEMS = ")[2])
    (site.folder / CATALOGUE.name).write_text(f"ITEMS = {items!r}\n", encoding="utf-8")
    for pid in site.server.workers():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + sites.PATIENCE
    while site.server.alive and not site.server.ready() and time.monotonic() < deadline:
        time.sleep(0.004)
    if not site.server.alive:
        event = sites.last_traceback(site.server.log) or {"type": "an exception", "message": ""}
        hints = (
            "When the file is imported it asks the catalogue for something that this one does not have.",
            "Which names may be in `ITEMS`? Any.",
        )
        found = sites.raised("loaded the file beside another catalogue.py", event, site.folder)
        site.problems.append(replace(found, expected="it loads with any names in ITEMS", hints=hints))
        raise sites.Over
    return items


def _raised(did: str, expected: str, site: Site, *hints: str) -> Observation | None:
    """The exception that the last request ended in, with hints of the exercise; ``None`` if there was none."""
    event = next((event for event in site.recent if event["event"] == "raised"), None)
    if event is None:
        return None
    found = sites.raised(did, event, site.folder)
    if event["type"] in ("NotImplementedError", "NameError", "UnboundLocalError"):
        return found
    return replace(found, expected=expected, hints=hints)
