"""The application's side of PEP 3333, judged from what a ``Recorder`` saw.

The clauses have the names of ``labkit.conformance.clauses`` (A1 to A15; S14 and S22 where the application's
part of a server clause can be seen). Nothing here calls an application: the functions look at values and at
recorded events, so the same rules serve a server process, a check and a lesson. Standard library only, and
quick to import.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

Event = dict[str, Any]

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# RFC 2616 section 13.5.1, which PEP 3333 names, with RFC 9110's spelling and the common Proxy-Connection.
HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "trailers",
        "transfer-encoding",
        "upgrade",
    ]
)


class Finding(NamedTuple):
    """One broken clause: its name, what was expected and seen, a hint, and the request it was seen in."""

    clause: str
    expected: str
    saw: str
    hint: str = ""
    request: str = ""


def show(value: object, length: int = 80) -> str:
    """``value`` as repr, cut to ``length`` characters, on one line."""
    text = repr(value)
    return text if len(text) <= length else text[: length - 3] + "..."


def a(value: object) -> str:
    """The type of ``value`` with its article, for a sentence: ``a str``, ``an int``, ``None``."""
    return a_type(type(value).__name__)


def a_type(name: str) -> str:
    """A type's name with its article."""
    if name == "NoneType":
        return "None"
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def status_problems(status: object) -> list[Finding]:
    """What is wrong with the status given to start_response (A3)."""
    expected = "the status is a str: three digits, one space, a reason, as in '200 OK'"

    def wrong(saw: str, hint: str) -> list[Finding]:
        return [Finding("A3", expected, saw, hint)]

    if not isinstance(status, str):
        hint = (
            f"write '{status} ...' with its reason, as text"
            if isinstance(status, int)
            else "write it as text: '200 OK'"
        )
        if isinstance(status, bytes):
            hint = "leave out the b before the quotes: the status is text"
        return wrong(f"the status is {a(status)}: {show(status)}", hint)
    if _CONTROL.search(status):
        return wrong(
            f"the status has a control character: {show(status)}",
            "the server writes the end of the line; leave out \\r and \\n",
        )
    if status != status.strip():
        return wrong(
            f"the status has a space at its {'start' if status[:1].isspace() else 'end'}: {show(status)}",
            "remove the space around the status",
        )
    if not re.match(r"[1-9]\d\d(?!\d)", status, re.ASCII):
        return wrong(
            f"the status does not begin with three digits: {show(status)}",
            "begin with a code, as in '404 Not Found'",
        )
    if len(status) == 3:
        return wrong(
            f"the status has no reason: {show(status)}",
            f"add a space and a reason, as in '{status} {_reason(status)}'",
        )
    if status[3] != " ":
        return wrong(
            f"the code and the reason are not parted by a space: {show(status)}",
            "put one space after the code",
        )
    if status[4] == " ":
        return wrong(
            f"there is more than one space after the code: {show(status)}",
            "put exactly one space after the code",
        )
    if not _latin1(status):
        return wrong(f"the status has a character outside latin-1: {show(status)}", "use plain letters in the reason")
    return []


def header_problems(headers: object) -> list[Finding]:
    """What is wrong with the headers given to start_response (A4 to A7)."""
    pairs = "the headers are a list of (name, value) tuples, both str"
    if type(headers) is not list:
        hint = "write [('Content-Type', 'text/plain')]: a list with a tuple for each header"
        if isinstance(headers, dict):
            hint = "a dict cannot repeat a header; pass list(headers.items())"
        return [Finding("A4", pairs, f"the headers are {a(headers)}: {show(headers)}", hint)]
    found = []
    for number, item in enumerate(headers, 1):
        if not isinstance(item, tuple) or len(item) != 2:
            what = f"{a(item)} of {len(item)}" if isinstance(item, tuple) else a(item)
            found.append(
                Finding(
                    "A4",
                    pairs,
                    f"header {number} is {what}: {show(item)}",
                    "write each header as a tuple: ('Content-Type', 'text/plain')",
                )
            )
            continue
        name, value = item
        if not isinstance(name, str):
            found.append(
                Finding(
                    "A4",
                    pairs,
                    f"the name of header {number} is {a(name)}: {show(name)}",
                    "header names are text, without b before the quotes",
                )
            )
            continue
        if not _TOKEN.match(name):
            hint = "leave out the colon: the server writes it" if ":" in name else "use letters, digits and hyphens"
            found.append(
                Finding(
                    "A4",
                    "a header name is letters, digits and hyphens",
                    f"the name of header {number} is {show(name)}",
                    hint,
                )
            )
        elif not name[-1].isalnum():
            found.append(
                Finding(
                    "A4",
                    "a header name does not end with punctuation",
                    f"the name of header {number} is {show(name)}",
                    f"remove the {name[-1]!r} at its end",
                )
            )
        if not isinstance(value, str):
            hint = "write it as text: str(...)"
            if isinstance(value, bytes):
                hint = "header values are text, without b before the quotes"
            found.append(Finding("A4", pairs, f"the value of {name} is {a(value)}: {show(value)}", hint))
        elif _CONTROL.search(value):
            found.append(
                Finding(
                    "A5",
                    "a header value has no control characters (no CR, LF, tab)",
                    f"the value of {name} is {show(value)}",
                    "a line end in a value lets a visitor write headers of their own; refuse or remove it",
                )
            )
        elif not _latin1(value):
            found.append(
                Finding(
                    "A5",
                    "a header value has only characters of latin-1 (up to U+00FF)",
                    f"the value of {name} is {show(value)}",
                    "encode it first: urllib.parse.quote for an address, RFC 2047 or RFC 8187 for words",
                )
            )
        if name.lower() == "transfer-encoding":
            found.append(
                Finding(
                    "A7",
                    "the server alone frames the body (Transfer-Encoding)",
                    f"the application sent Transfer-Encoding: {show(value)}",
                    "remove the header and yield plain blocks; the server chunks them where it can",
                )
            )
        elif name.lower() in HOP_BY_HOP:
            found.append(
                Finding(
                    "A6",
                    "the application sends no hop-by-hop header",
                    f"the application sent {name}: {show(value)}",
                    "remove it: the connection belongs to the server",
                )
            )
    return found


def exc_info_problems(exc_info: object, handling: BaseException | None) -> list[Finding]:
    """What is wrong with the third argument of start_response (A10). ``handling``: the exception being
    handled.
    """
    expected = "exc_info is what sys.exc_info() returns inside an except block"
    hint = "call start_response(status, headers, sys.exc_info()) inside the except block"
    if not isinstance(exc_info, tuple) or len(exc_info) != 3:
        return [Finding("A10", expected, f"exc_info is {a(exc_info)}: {show(exc_info)}", hint)]
    if exc_info[1] is None:
        return [Finding("A10", expected, "exc_info is (None, None, None): no exception was being handled", hint)]
    if not isinstance(exc_info[1], BaseException) or not isinstance(exc_info[0], type):
        return [Finding("A10", expected, f"exc_info is {show(exc_info)}", hint)]
    if handling is None:
        return [
            Finding(
                "A10",
                expected,
                f"exc_info was used after the except block had ended: {show(exc_info[1])}",
                hint,
            )
        ]
    return []


def result_problems(kind: str, wrote: bool = False, preview: str = "") -> list[Finding]:
    """What is wrong with what the application returned, from the name of its type (A8, A11)."""
    expected = "the application returns an iterable whose blocks are bytes, as in [b'hello']"
    told = preview and kind not in ("NoneType", "function", "method")
    saw = f"it returned {a_type(kind)}" + (f": {preview}" if told else "")
    if kind in ("coroutine", "async_generator"):
        return [Finding("A8", expected, saw, "WSGI is not async: write def instead of async def")]
    if wrote and kind == "NoneType":
        return [
            Finding(
                "A11",
                "an application that used write() returns an iterable all the same",
                "it called write() and returned None",
                "end with return []",
            )
        ]
    hints = {
        "NoneType": "add a return: return [b'...']",
        "str": "return a list with bytes in it: [text.encode()]",
        "dict": "frameworks turn a dict into JSON, a server does not: return [json.dumps(...).encode()]",
        "bytes": "put it in a list: return [body]. Iterating over bytes gives one number for each byte",
        "bytearray": "return [bytes(body)]",
        "memoryview": "return [bytes(body)]",
        "function": "call start_response on a line of its own, then return [body]; a function that makes the body has to be called",
        "method": "it returned a method and not what the method returns: call it",
    }  # fmt: skip
    return [Finding("A8", expected, saw, hints.get(kind, "return a list of bytes, or a generator that yields bytes"))]


def block_problems(kind: str, preview: str, where: str) -> list[Finding]:
    """What is wrong with one block of the body whose type (by name) is not bytes (A8)."""
    hints = {
        "str": "text becomes bytes with b before its quotes, or with .encode()",
        "int": "a number in a body is written as text first: str(n).encode(); and bytes belong in a list, [body], or each byte is a number",
        "NoneType": "something yielded None: yield bytes only",
        "bytearray": "yield bytes(block)",
        "memoryview": "yield bytes(block)",
        "list": "yield the items of the list one by one: yield from ...",
    }
    hint = hints.get(kind, "turn it into bytes first")
    if kind == "str" and not preview.isascii():
        hint = "text becomes bytes with .encode()"
    return [
        Finding(
            "A8",
            "every block of the body is bytes",
            f"{where} is {a_type(kind)}" + (f": {preview}" if kind != "NoneType" else ""),
            hint,
        )
    ]


def findings(events: Iterable[Event]) -> list[Finding]:
    """The broken clauses in recorded events, each once, in the order seen.

    ``events`` may mix requests and processes: they are told apart by their ``id``. They may also be the later part of
    what a recorder wrote; then only what that part shows is judged.
    """
    requests: dict[object, list[Event]] = {}
    for event in events:
        requests.setdefault(event.get("id"), []).append(event)
    found: list[Finding] = []
    seen = set()
    for one in requests.values():
        call = one[0] if one[0]["event"] == "call" else {}
        request = f"{call.get('method', '')} {call.get('path', '')}".strip()
        for finding in _request(one, call):
            if finding[:3] not in seen:
                seen.add(finding[:3])
                found.append(finding._replace(request=request))
    return found


def _request(events: list[Event], call: Event) -> list[Finding]:
    found: list[Finding] = []
    starts = [event for event in events if event["event"] == "start"]
    blocks = [event for event in events if event["event"] == "block"]
    writes = [event for event in events if event["event"] == "write"]
    raised = [event for event in events if event["event"] == "raised"]
    end = next((event for event in events if event["event"] == "end"), None)
    returned = next((event for event in events if event["event"] == "returned"), None)

    for event in raised:
        if event["where"] == "call" and event["type"] == "TypeError" and not event["frames"]:
            found.append(
                Finding(
                    "A1",
                    "the server can call app(environ, start_response)",
                    f"TypeError: {event['message']}",
                    _a1_hint(event["message"]),
                )
            )
    for event in events:
        for problem in event.get("problems", ()):
            found.append(Finding(*problem[:4]))
    for number, event in enumerate(starts):
        if event["keywords"]:
            names = ", ".join(event["keywords"])
            found.append(
                Finding(
                    "A2",
                    "start_response is called with positional arguments",
                    f"it was called with {names} by name",
                    "write start_response(status, headers), without names; exc_info comes third",
                )
            )
        if number and not event["exc_info"]:
            found.append(
                Finding(
                    "S14",
                    "start_response is called once; again only with exc_info, in an error handler",
                    f"it was called {number + 1} times: {starts[number - 1]['status']}, then {event['status']}",
                    "decide on the status first, then call start_response once; after an error answer, return",
                )
            )

    first = "start_response is called before the first block of the body"
    if starts and starts[0]["blocks"]:
        found.append(
            Finding(
                "A2",
                first,
                f"it was called after block {starts[0]['blocks']}",
                "call start_response before the first yield",
            )
        )
    ended = blocks or end or (returned and (returned["whole"] or not returned["iterable"]))
    if call and not starts and ended and not raised:  # without its call, this is the rest of a record
        found.append(Finding("A2", first, "it was never called", "call start_response(status, headers) first"))
    mapping = returned and returned["type"] in ("dict", "OrderedDict", "defaultdict")
    if returned and (returned["whole"] or not returned["iterable"] or mapping):
        found += result_problems(returned["type"], bool(writes), returned["preview"])
    wrong = next((event for event in blocks if event["type"] != "bytes"), None)
    if wrong and not mapping:
        found += block_problems(wrong["type"], wrong["preview"], f"block {wrong['n']}")
    wrong = next((event for event in writes if event["type"] != "bytes"), None)
    if wrong:
        found += block_problems(wrong["type"], wrong["preview"], "what write() was given")
    if any(event["inside"] for event in writes):
        found.append(
            Finding(
                "A11",
                "write() is not called while the returned iterable is being read",
                "write() was called from inside the iterable",
                "yield the block instead",
            )
        )
    found += _trapped(events)
    if end and returned and returned["len"] is not None and returned["len"] != end["blocks"]:
        found.append(
            Finding(
                "A9",
                "len() of the returned iterable is the number of its blocks",
                f"len() is {returned['len']}, but it gave {end['blocks']} blocks",
                "remove __len__ or make it count the blocks",
            )
        )
    found += _input(events, call)
    for event in events:
        if event["event"] == "reused":
            found.append(
                Finding(
                    "A4",
                    "the list of headers belongs to the server once start_response has it",
                    "a later call used the same list again, with what the server had added to it",
                    "make a new list in each call: wsgiref adds Content-Length to the one that it is given",
                )
            )
        elif event["event"] == "left_open":
            found.append(
                Finding(
                    "A14",
                    "what the answer holds is released when the server closes it early",
                    f"after close() the application still held {', '.join(event['files'])}",
                    "close it in a finally inside the generator, or in a close() method of the iterable",
                )
            )
    for event in raised:
        if event["where"] == "close":
            found.append(
                Finding(
                    "A14",
                    "close() of the iterable works whenever the server calls it",
                    f"close() raised {event['type']}: {event['message']}",
                    "a client may leave early: clean up in finally or close(), and yield nothing there",
                )
            )
    if starts and end and not any(problem[0] == "A3" for event in starts for problem in event["problems"]):
        found += _length(call.get("method", "GET"), starts[-1], end)
    return found


def _trapped(events: list[Event]) -> list[Finding]:
    """A10: start_response raised (headers were sent already) and the application went on as if nothing had
    happened.
    """
    for number, event in enumerate(events):
        if event["event"] == "refused" and event["exc_info"]:
            after = events[number + 1 :]
            if any(one["event"] in ("returned", "block", "write", "end") for one in after) and not any(
                one["event"] == "raised" and one["refused"] for one in after
            ):
                return [
                    Finding(
                        "A10",
                        "what start_response raises when given exc_info goes up to the server",
                        f"the application caught {event['type']} and went on",
                        "do not catch around start_response(..., sys.exc_info()): the answer must be cut off",
                    )
                ]
    return []


def _input(events: list[Event], call: Event) -> list[Finding]:
    found = []
    for event in events:
        if event["event"] != "stream":
            continue
        name = event["stream"]
        if event["call"] == "close":
            found.append(
                Finding(
                    "A12",
                    f"{name} is left open: it belongs to the server",
                    f"the application closed {name}",
                    "leave out the close(), and the with around it",
                )
            )
        else:
            methods = (
                "read, readline, readlines and iteration" if name == "wsgi.input" else "write, writelines and flush"
            )
            found.append(
                Finding(
                    "A12",
                    f"of {name} only {methods} are used",
                    f"the application called {event['call']}()",
                    "no other method is there on every server",
                )
            )
    for event in events:
        if event["event"] == "input" and event["past"] and not event["terminated"]:
            found.append(
                Finding(
                    "A13",
                    "the application reads no more of wsgi.input than CONTENT_LENGTH",
                    f"it called {event['call']} with {event['left']} bytes left to read",
                    "read(int(environ.get('CONTENT_LENGTH') or 0)); on some servers more waits for ever",
                )
            )
            break
    return found


def _length(method: str, start: Event, end: Event) -> list[Finding]:
    size = end["bytes"] + end["written"]
    code = start["code"]
    if method == "HEAD" or code in (204, 304):
        if not size:
            return []
        what = "HEAD" if method == "HEAD" else str(code)
        return [
            Finding(
                "A15",
                f"an answer to HEAD, or with status 204 or 304, has no body ({what})",
                f"{size} bytes of body",
                "return [] here" + (", with the headers that GET would give" if method == "HEAD" else ""),
            )
        ]
    said = start["content_length"]
    if said is None or said == str(size):
        return []
    hint = (
        "count bytes, not characters: str(len(body)) after encoding" if said.strip().isdigit() else "write digits only"
    )
    return [
        Finding(
            "S22",
            "Content-Length is the number of bytes of the body",
            f"Content-Length is {said!r}, the body has {size} bytes",
            hint,
        )
    ]


def _latin1(text: str) -> bool:
    return all(char <= "\xff" for char in text)


def _reason(code: str) -> str:
    return {"200": "OK", "201": "Created", "204": "No Content", "400": "Bad Request", "404": "Not Found"}.get(
        code, "Reason"
    )


def _a1_hint(message: str) -> str:
    if "takes no arguments" in message or ("positional argument" in message and "__init__" in message):
        return "app may be a class where an instance was meant: app = App()"
    if "missing" in message or "takes" in message:
        return "write def app(environ, start_response): two arguments, in this order"
    return "app must be something that can be called with two arguments"
