"""The exercises of lesson 01: write a request, read the head of one, and find where its body ends."""

import builtins
import re
from collections.abc import Iterator, Sequence
from typing import Any

from labkit.conformance.rules import a, show

from .module import Module, Outcome, describe
from .registry import exercise
from .site import observe
from .verdict import Observation

Pairs = list[tuple[str, str]]
Fault = tuple[str, str, tuple[str, ...]]  # what was expected, what was seen, hints

NEXT = b"GET /next HTTP/1.1\r\n"


@exercise("01/request", "The bytes of a request", kind="module")
def request(
    module: Module, *, host: str = "tea.example:8000", order: str = "two cups", words: str = "차 두 잔 🍵"
) -> Iterator[Observation]:
    """`host`: whom to ask; `order`: a body of ASCII; `words`: a body whose letters need several bytes."""
    calls = [("GET", "/tea?cups=2", host), ("POST", "/orders", host, order), ("PUT", "/orders/7", host, words)]
    outcomes = module.calls([("request", *call) for call in calls])
    faults = [_request_fault(outcome.value, *call) for call, outcome in zip(calls, outcomes, strict=True)]
    for call, outcome, fault in zip(calls, outcomes, faults, strict=True):
        yield _judged(describe(("request", *call)), "the bytes of this request", show(outcome.value, 160), fault)
    if any(faults):
        return  # first things first: what is to be refused comes after what is to work
    bad = [
        ("GET", "/tea\r\nX-Role: admin", host),
        ("GET", "/two cups", host),
        ("GET\n", "/tea", host),
        ("GET", "/tea", "tea.example\r\nX-Role: admin"),
        ("GET", "/차", host),
        ("GET", "/tea\x00", host),
        ("GET\t/tea", "/", host),
        ("GET", "/tea", "tea.example\x7f"),
    ]
    hints = (
        "What would the server read if these bytes were sent? A space or a line end inside a part makes two parts of it.",
        "Look at method, target and host before you build anything: raise ValueError for spaces, control characters and "
        "whatever is not ASCII.",
    )
    for call, outcome in zip(bad, module.calls([("request", *call) for call in bad], may_raise=True), strict=True):
        yield _refused(describe(("request", *call)), outcome, *hints)


def _request_fault(raw: Any, method: str, target: str, host: str, body: str = "") -> Fault | None:
    """What is wrong with the bytes of a request, or None."""
    if not isinstance(raw, bytes):
        hints = ("`return` the request; printing it does not hand it on.",)
        if isinstance(raw, str):
            hints = ("A socket takes bytes: encode the text before you return it.",)
        return "bytes", f"{a(raw)}: {show(raw)}" if raw is not None else "None", hints
    head, blank, rest = raw.partition(b"\r\n\r\n")
    if lone := re.search(rb"[^\r\n]*(?<!\r)\n", raw if not blank else head):
        return (
            "every line of the head ends with CR LF",
            f"a line that ends with LF alone: {show(lone[0])}",
            ("A line end in HTTP is two bytes, \\r\\n.",),
        )
    if not blank:
        return (
            "an empty line after the headers",
            f"no empty line: {show(raw)}",
            ("How does the server know that no further header comes?", "The head ends with \\r\\n\\r\\n."),
        )
    first, *lines = head.decode("latin-1").split("\r\n")
    if first != f"{method} {target} HTTP/1.1":
        return (
            f"the request line {method} {target} HTTP/1.1",
            f"{show(first)}",
            ("The first line has three parts: method, target, version, with one space between them.",),
        )
    for line in lines:
        if not re.match(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:", line):
            return (
                "headers like Name: value",
                f"the line {show(line)}",
                ("A name, a colon at once, then the value.",),
            )
    headers = [(name.lower(), value.strip(" \t")) for name, _, value in (line.partition(":") for line in lines)]
    named = {name: [value for key, value in headers if key == name] for name in ("host", "content-length")}
    if named["host"] != [host]:
        saw = f"Host: {', '.join(named['host'])}" if named["host"] else "no Host header"
        return (
            f"Host: {host}",
            saw,
            ("HTTP/1.1 asks for one header that says whom the request is for (RFC 9112, section 3.2).",),
        )
    sent, lengths = body.encode(), named["content-length"]
    if not sent and rest:
        return "nothing after the empty line", f"{show(rest)}", ("Nothing comes after a head without a body.",)
    if sent and any(name == "transfer-encoding" for name, _ in headers):
        return "Content-Length", "Transfer-Encoding", ("The task asks for a body of known length.",)
    if sent and not lengths:
        return (
            f"Content-Length: {len(sent)}",
            "no Content-Length",
            ("How does the server know where the body ends?", "Without a length a request has no body."),
        )
    if sent != rest:
        hints: tuple[str, ...] = ("The body follows the empty line, as it is, in UTF-8.",)
        if rest.strip() == sent.strip():
            hints = ("After the body comes nothing: each further byte belongs to the next request.",)
        elif len(sent) != len(body) and rest == body.encode(errors="replace"):
            hints = ("`encode()` without an argument makes UTF-8.",)
        return f"the body {show(sent)}", f"{show(rest)}", hints
    if lengths not in ([str(len(sent))], [] if not sent else None):
        why = ("Content-Length counts the bytes of the body.",)
        if lengths == [str(len(body))]:
            why = (
                f"{len(body)} is the number of characters. How many bytes do they make?",
                "Encode the body first, then take its len().",
            )
        return f"Content-Length: {len(sent)}", f"Content-Length: {', '.join(lengths)}", why
    return None


GOOD_HEADS: tuple[bytes, ...] = (
    b"GET /tea?cups=2 HTTP/1.1\r\nHost: tea.example:8000\r\nAccept: */*\r\n\r\n",
    b"POST /orders HTTP/1.0\r\nHOST:tea.example\r\nContent-Length: \t 8 \r\nX-Note: two  cups\r\nX-Empty:\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: tea.example\r\nCookie: a=1\r\nCookie: b=2\r\nX-City: Z\xfcrich\r\n\r\n",
)
_HOST = b"Host: tea.example\r\n"
BAD_HEADS: tuple[tuple[str, bytes, str], ...] = (
    (
        "a request line of two parts",
        b"GET /tea\r\n" + _HOST + b"\r\n",
        "Method, target, version: what if there are two of them?",
    ),
    (
        "a request line of four parts",
        b"GET /two cups HTTP/1.1\r\n" + _HOST + b"\r\n",
        "Count the parts of the first line. One space more is one part too many.",
    ),
    (
        "a version that is not HTTP",
        b"GET /tea TEA/1.1\r\n" + _HOST + b"\r\n",
        "Does the third part look like HTTP/1.1 or HTTP/1.0?",
    ),
    (
        "a line that ends with LF alone",
        b"GET /tea HTTP/1.1\r\nHost: tea.example\nX-Role: admin\r\n\r\n",
        "Split at CR LF only, then look whether a CR or an LF is left. `splitlines()` splits at each of them.",
    ),
    (
        "a space before the colon",
        b"POST / HTTP/1.1\r\n" + _HOST + b"Content-Length : 3\r\n\r\n",
        "Is the name before the colon a name? Do not trim it: look at it.",
    ),
    (
        "a folded header",
        b"GET /tea HTTP/1.1\r\n" + _HOST + b"X-Note: two\r\n cups: warm\r\n\r\n",
        "This line begins with a space. Does a name?",
    ),
    (
        "a line without a colon",
        b"GET /tea HTTP/1.1\r\n" + _HOST + b"nonsense\r\n\r\n",
        "`partition` says whether it found the colon.",
    ),
    ("an empty name", b"GET /tea HTTP/1.1\r\n" + _HOST + b": green\r\n\r\n", "A name has at least one character."),
    (
        "a control character in a value",
        b"GET /tea HTTP/1.1\r\n" + _HOST + b"X-Note: two\x00cups\r\n\r\n",
        "Characters below a space have no place in a value, except the tab.",
    ),
)


@exercise("01/parse", "The head of a request, read by hand", kind="module")
def parse(
    module: Module,
    *,
    good: Sequence[bytes] = GOOD_HEADS,
    bad: Sequence[tuple[str, bytes, str]] = BAD_HEADS,
) -> Iterator[Observation]:
    """`good`: heads of requests; `bad`: (what is wrong, head, hint) of those that have to be refused."""
    outcomes = module.calls([("parse", head) for head in good])
    faults = [_head_fault(outcome.value, *_read(head)) for head, outcome in zip(good, outcomes, strict=True)]
    for head, outcome, fault in zip(good, outcomes, faults, strict=True):
        yield _judged(describe(("parse", head)), "method, target, version, headers", show(outcome.value, 160), fault)
    if any(faults):
        return
    outcomes = module.calls([("parse", head) for _, head, _ in bad], may_raise=True)
    for (what, head, hint), outcome in zip(bad, outcomes, strict=True):
        odd = next(
            (
                line
                for line in head.split(b"\r\n")
                if line and not re.fullmatch(rb"[\w-]+: ?[ -~]+|[A-Z]+ \S+ HTTP/1.1", line)
            ),
            b"",
        )
        yield _refused(f"parse() of {what}: {show(odd)}", outcome, hint)


def _read(head: bytes) -> tuple[str, str, str, Pairs]:
    """A good head as ``parse`` should return it."""
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, target, version = first.split(" ")
    pairs = [line.partition(":")[::2] for line in lines]
    return method, target, version, [(name.lower(), value.strip(" \t")) for name, value in pairs]


def _head_fault(value: Any, method: str, target: str, version: str, headers: Pairs) -> Fault | None:
    """What is wrong with what ``parse`` returned, or None."""
    if not isinstance(value, tuple | list) or len(value) != 4:
        hint = "Does every way through the function end in a `return` of the four?"
        return "a tuple of four: method, target, version, headers", f"{show(value)}", (hint,)
    if any(isinstance(part, bytes) for part in value[:3]):
        hints = ("The parts of the head are text: decode them.", "`decode('latin-1')` has a character for each byte.")
        return f"text: {(method, target, version)!r}", f"bytes: {tuple(value[:3])!r}", hints
    if tuple(value[:3]) != (method, target, version):
        hint = "Three parts, with one space between them, each as it stands there."
        return f"{(method, target, version)!r}", f"{tuple(value[:3])!r}", (hint,)
    found = value[3]
    if isinstance(found, dict):
        hints = ("A header may come twice, and a dict keeps one of them.", "Return a list of (name, value) pairs.")
        return "a list of (name, value) pairs", f"a dict: {show(found)}", hints
    try:
        pairs = [(name, text) for name, text in found]
    except (TypeError, ValueError):
        hint = "One pair for each header: the name and the value."
        return "a list of (name, value) pairs", f"{show(found)}", (hint,)
    return _pairs_fault(pairs, headers)


def _pairs_fault(pairs: list[Any], headers: Pairs) -> Fault | None:
    if any(isinstance(part, bytes) for pair in pairs for part in pair):
        hints = ("The parts of the head are text: decode them.", "`decode('latin-1')` has a character for each byte.")
        return "names and values as text", f"{show(pairs)}", hints
    if ("", "") in pairs:
        hint = "The empty line ends the head. It is no header."
        return f"{len(headers)} headers", f"{len(pairs)}, one of them empty", (hint,)
    for (name, value), (found, text) in zip(headers, pairs, strict=False):
        hints: tuple[str, ...] = ("One pair for each line, in the order in which they came.",)
        if (name, value) == (found, text):
            continue
        if found != name and isinstance(found, str) and found.lower() == name:
            hints = ("Host, HOST and host are the same name. Return it in small letters.",)
        elif found == name and isinstance(text, str) and text.strip() == value:
            hints = ("Spaces and tabs around a value do not belong to it.",)
        elif found == name and isinstance(text, str) and value.startswith(text):
            hints = ("A value may have colons itself: part the line at the first one.",)
        elif found == name and isinstance(text, str) and text.split() == value.split():
            hints = ("Only what stands around the value goes. What is inside it stays as it is.",)
        elif found == name and not value.isascii():
            hints = ("Each byte is one character here: `decode('latin-1')`.",)
        return f"{(name, value)!r}", f"{(found, text)!r}", hints
    if len(pairs) != len(headers):
        hint = "One pair for each line between the request line and the empty line."
        return f"{len(headers)} headers", f"{len(pairs)}: {show(pairs)}", (hint,)
    return None


LONG = b"two cups\r\nof green"  # 18 bytes: 12 in hexadecimal


@exercise("01/body", "Where a body ends", kind="module")
def body(module: Module, *, text: bytes = b"two cups", long: bytes = LONG) -> Iterator[Observation]:
    """`text` and `long`: bodies; `long` has a line end inside and 16 bytes or more."""
    whole = [
        ([], NEXT, (b"", NEXT), "Without Content-Length and Transfer-Encoding a request has no body."),
        (_length(len(text)), text + NEXT, (text, NEXT), "The body is as many bytes as Content-Length says."),
        (CHUNKED, _chunks(text) + NEXT, (text, NEXT), "Size, line end, that many bytes, line end, and again."),
        (
            CHUNKED,
            _chunks(long, text) + NEXT,
            (long + text, NEXT),
            "A chunk may have line ends in it: take as many bytes as its size says, and look for no end.",
        ),
        (
            [("transfer-encoding", "Chunked")],
            b"%X;tea=green\r\n%b\r\n0\r\n\r\n" % (len(text), text),
            (text, b""),
            "What follows a semicolon in the size line is an extension: leave it out. Capitals mean nothing here.",
        ),
    ]
    right = True
    outcomes = module.calls([("cut", headers, data) for headers, data, _, _ in whole])
    for (headers, data, expected, hint), outcome in zip(whole, outcomes, strict=True):
        fault = _cut_fault(outcome.value, expected, hint)
        right = right and fault is None
        yield _judged(describe(("cut", headers, data)), repr(expected), show(outcome.value, 120), fault)
    if right:
        yield from _missing(module, text)
        yield from _conflicts(module, text, long)


CHUNKED: Pairs = [("transfer-encoding", "chunked")]


def _length(*sizes: Any) -> Pairs:
    return [("content-length", str(size)) for size in sizes]


def _chunks(*blocks: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(block), block) for block in (*blocks, b""))


def _cut_fault(value: Any, expected: tuple[bytes, bytes], hint: str) -> Fault | None:
    """What is wrong with what ``cut`` returned for a whole message, or None."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        hints = (hint,)
        if value is None:
            hints = ("Every byte of the body has arrived: this message is whole.", hint)
        return f"{expected!r}", f"{show(value)}", hints
    found, rest = value
    if (found, rest) == expected:
        return None
    hints = (hint,)
    if found == expected[0] and rest == b"\r\n" + expected[1]:
        hints = (
            "The body is right. The rest begins with a line end that belongs to this message.",
            "After the last chunk, the one of size 0, comes one empty line.",
        )
    elif found == expected[0]:
        hints = ("The body is right. What comes after it is the next request: hand it back.",)
    elif found == expected[0] + expected[1]:
        hints = (hint, "Body and next request are one here.")
    return f"{expected!r}", f"{(found, rest)!r}", hints


def _missing(module: Module, text: bytes) -> Iterator[Observation]:
    """Bytes that are not all there yet."""
    chunked = _chunks(text)
    cases = [(_length(len(text)), text[:-1])]
    cases += [(CHUNKED, chunked[:end]) for end in (0, 1, 5, len(chunked) - 5, len(chunked) - 2, len(chunked) - 1)]
    for (headers, data), outcome in zip(
        cases, module.calls([("cut", h, d) for h, d in cases], may_raise=True), strict=True
    ):
        saw = f"it raised {outcome.raised['type']}: {outcome.raised['message']}" if outcome.raised else outcome.value
        hints = (
            "More bytes are on their way. This is no mistake of the visitor, and no whole message either.",
            "Before you take bytes, ask whether they are there: return None as long as they are not.",
        )
        if not outcome.raised and outcome.value is not None and headers is CHUNKED and data.endswith(b"0\r\n"):
            hints = ("The last chunk is there and the empty line after it is not. Those two bytes would be left over.",)
        yield observe(outcome == Outcome(), describe(("cut", headers, data)), "None: bytes are missing", saw, *hints)


def _conflicts(module: Module, text: bytes, long: bytes) -> Iterator[Observation]:
    """Framing that two readers could understand in two ways."""
    size = len(text)
    sizes = "Digits only: `int()` also takes signs, spaces and underscores, and the next reader may not."
    hexes = "Hexadecimal digits only: `int(..., 16)` also takes signs, 0x and underscores."
    cases = [
        (
            [*_length(5), *CHUNKED],
            _chunks(text),
            "Content-Length and Transfer-Encoding together: which of the two would another program believe?",
        ),
        (
            _length(size, size - 3),
            text,
            "Two lengths that disagree. Whichever you take, another program may take the other.",
        ),
        (_length(f"+{size}"), text, sizes),
        (_length("-1"), text, sizes),
        (_length("1_0"), long, sizes),
        ([("transfer-encoding", "gzip")], text, "A coding that nobody here can read has no end that we could find."),
        (CHUNKED, b"-%x\r\n%b\r\n0\r\n\r\n" % (size, text), hexes),
        (CHUNKED, b"0x%x\r\n%b\r\n0\r\n\r\n" % (size, text), hexes),
        (CHUNKED, b"1_0\r\n%b\r\n0\r\n\r\n" % long[:16].ljust(16), hexes),
        (
            CHUNKED,
            b"%x\r\n%b!!0\r\n\r\n" % (size, text),
            "After the bytes of a chunk come CR and LF. Look whether they are there before you step over them.",
        ),
    ]
    for (headers, data, hint), outcome in zip(
        cases, module.calls([("cut", h, d) for h, d, _ in cases], may_raise=True), strict=True
    ):
        yield _refused(describe(("cut", headers, data)), outcome, hint)


def _judged(did: str, expected: str, saw: str, fault: Fault | None) -> Observation:
    if fault is None:
        return observe(True, did, expected, saw)
    return observe(False, did, fault[0], fault[1], *fault[2])


def _refused(did: str, outcome: Outcome, *hints: str) -> Observation:
    """A call that has to raise ValueError. An exception class of the learner's own may be one: its name is no builtin."""
    if outcome.raised is None:
        return observe(False, did, "ValueError", f"it returned {show(outcome.value, 120)}", *hints)
    kind = outcome.raised["type"]
    known = getattr(builtins, kind, None)
    saw = f"{kind}: {outcome.raised['message']}"
    if known is None or issubclass(known, ValueError):
        return observe(True, did, "ValueError", saw)
    more = (f"{kind} says that the function stumbled. ValueError says that it looked and refused.", *hints)
    return observe(False, did, "ValueError", saw, *more)
