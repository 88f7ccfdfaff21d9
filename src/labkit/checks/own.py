"""How an examination talks with a learner's own server, and puts into words what is wrong with an answer."""

import ast
import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from labkit import wire
from labkit.conformance.rules import a_type

from .site import PATIENCE, STUB, Over, Site, cut, last_traceback, observe, raised
from .verdict import Observation

Headers = Iterable[tuple[str, str]]
QUIET = 4.0  # seconds after which what should have come will not come any more


class Own:
    """A learner's server under examination.

    Args:
        site: the running server.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self._logged = 0
        self._run = 0

    def ask(
        self,
        method: str = "GET",
        target: str = "/",
        headers: Headers = (),
        body: bytes = b"",
        *,
        version: str = "HTTP/1.1",
        did: str = "",
        may_break: bool = False,
        hints: tuple[str, ...] = (),
    ) -> wire.Answer:
        """Send one request and read its answer.

        Args:
            method, target, headers, body, version: of the request; Host, Connection and Content-Length are added.
            did: what we did, for the reader.
            may_break: an answer that ends too early is no failure here.
            hints: what to say when there is no answer that can be read.

        Raises:
            Over: there is no answer, or none that can be read; the site's ``problems`` says why.
        """
        did = did or f"{method} {target}"
        self._logged = len(self.site.server.log)
        try:
            answer = wire.exchange(
                self.site.server.url, method, target, headers, body, version=version, timeout=PATIENCE
            )
        except wire.WireError as error:
            raise self.fails(did, "an answer", error, hints) from None
        if not answer.complete and not may_break:
            raise self.fails(did, "a whole answer", answer.why, INCOMPLETE)
        return answer

    def excuse(self, answer: wire.Answer) -> str:
        """For an answer of 500 to the last request: the exception in the server's log, as words to add."""
        event = last_traceback(self.site.server.log[self._logged :]) if answer.status == 500 else None
        return f"; its log: {event['type'].rpartition('.')[2]}: {cut(event['message'], 120, 1)}" if event else ""

    def talk(self) -> wire.Conversation:
        """A connection to send and read on piece by piece."""
        self._logged = len(self.site.server.log)
        try:
            return wire.Conversation(self.site.server.url, PATIENCE)
        except wire.NoAnswer as error:
            raise self.fails("opened a connection", "a server that accepts it", error) from None

    def play(self, *blocks: tuple[Any, ...], call: Iterable[tuple[Any, ...]] = (), **book: Any) -> str:
        """Lay out a part (see files/lab02_parts.py). Returns the path to ask for."""
        self._run += 1  # close() may be called after the whole answer is here: notes say which part they are of
        book |= {"run": self._run, "call": list(call), "blocks": blocks}
        self.site.prepare(play=json.dumps(book))
        return "/part/play"

    def notes(self, what: str = "") -> list[dict[str, Any]]:
        """What the part that was laid out last has noted, all or of one kind."""
        found = [json.loads(line) for line in self.site.journal("notes")]
        return [n for n in found if n.get("run", self._run) == self._run and what in ("", n["what"])]

    def wait_for(self, ready: Callable[[], object], seconds: float = QUIET) -> bool:
        """Wait until something is so. False when it did not become so in time."""
        until = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > until:
                return False
            time.sleep(0.004)
        return True

    def fails(self, did: str, expected: str, error: object, hints: tuple[str, ...] = ()) -> Over:
        """Note a failure after which nothing else need be tried. Returns the exception to raise."""
        words, trace = str(error), ""
        server, name = self.site.server, self.site.path.name
        self.wait_for(lambda: last_traceback(server.log[self._logged :]) or not server.alive, 0.3)
        event = last_traceback(server.log[self._logged :]) or (None if server.alive else last_traceback(server.log))
        saw, known = words, next((found for word, found in HINTS if word in words), ())
        if event and event["type"] in HUNG_UP:  # we did: what came before was not what we could read
            event = None
        if event and any(Path(frame[0]).name == name for frame in event["frames"]):
            theirs = Path(event["frames"][-1][0]).name not in self.site.exercise.files
            event["frames"] = [frame for frame in event["frames"] if Path(frame[0]).name == name]
            seen = raised(did, event, self.site.folder)
            if event["type"] == "NotImplementedError":
                self.site.problems.append(Observation(did, expected, seen.saw, False, STUB, seen.trace))
                return Over()
            kind = event["type"].rpartition(".")[2]
            if theirs:
                saw, trace = f"{words}; {name} raised {kind}: {event['message']}", seen.trace
                hints = (*hints, "Read the line that is named: what was in the variables there?")
            else:
                saw = f"{words}; the application had raised {kind}: {event['message']}"
                hints = (*hints, *(known[:1] if known in (SECOND, CHUNKS) else ()), *CAUGHT)
        elif not server.alive:
            hints = (*hints, "`serve` goes on for ever: one connection after the other.")
        if not server.alive:
            saw += "; then the server ended"
        hints = hints or known or SHAPE
        self.site.problems.append(Observation(cut(did, 120), expected, cut(saw), False, hints, trace))
        return Over()


CAUGHT = ("An exception of the application is caught, logged and answered with 500; then the connection is closed.",)
HUNG_UP = ("BrokenPipeError", "ConnectionResetError", "ConnectionAbortedError")
SILENT = (
    "Does the server wait for bytes that do not come? The client keeps its side open and waits for the answer.",
    "A head ends with an empty line, a body after Content-Length bytes. `recv` and `read` wait for more than that.",
)
CLOSED = (
    "Was the connection closed before the answer was sent? An exception that nobody catches does that, too.",
    "Look into the server's log: run it with serve.OwnServer and print(server.log).",
)
SHAPE = (
    "A status line, header lines and an empty line, each ending with CR LF, then the body.",
    "Send a request by hand and print the answer's bytes (lesson 01).",
)
SECOND = (
    "A second status line inside the body: once the headers have left, there is no 500 any more.",
    "After an error in the middle the answer breaks off: close the connection.",
)
CHUNKS = (
    "A chunk: its size in hexadecimal digits, CR LF, that many bytes, CR LF. The last has size 0.",
    "A block of 20 bytes has the size 14: that is hexadecimal.",
)
HINTS = (("b'HTTP/1.", SECOND), ("chunk", CHUNKS), ("within", SILENT), ("closed without", CLOSED), ("reset", CLOSED))
INCOMPLETE = (
    "How does the client see where the body ends? Content-Length, a last chunk of size 0, or the end of the connection.",
    "Is Content-Length the number of bytes that are sent after the empty line?",
)


def get(path: str, *lines: str, method: str = "GET", version: str = "1.1") -> bytes:
    """The bytes of a request; `lines` are further headers."""
    more = "".join(f"{line}\r\n" for line in lines)
    return f"{method} {path} HTTP/{version}\r\nHost: tea.example\r\n{more}\r\n".encode("latin-1")


WSGI = {
    "wsgi.version": "(1, 0)",
    "wsgi.url_scheme": "'http'",
    "wsgi.multithread": "",
    "wsgi.multiprocess": "",
    "wsgi.run_once": "",
}


NAMED = {
    "CONTENT_LENGTH": "A request without a body has no CONTENT_LENGTH, or an empty one.",
    "CONTENT_TYPE": "A request without this header has no CONTENT_TYPE, or an empty one.",
    "SERVER_PROTOCOL": "The version as the request line has it, with HTTP/ before it.",
    "REMOTE_ADDR": "accept() returns the connection and the client's address: a tuple of address and port.",
    "SERVER_NAME": "The address that you listen on, as a text: listener.getsockname() gives it, and the port.",
    "SERVER_PORT": "The port that you listen on, as a text: listener.getsockname() gives the address and it.",
}


class Environ:
    """What the application found in environ: name -> (type, repr)."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self.variables: dict[str, tuple[str, str]] = told["variables"]

    def text(self, name: str) -> str | None:
        """The value of a text variable."""
        kind, value = self.variables.get(name, ("", "''"))
        return ast.literal_eval(value) if kind == "str" else None

    def shown(self, name: str) -> str:
        """The value for the reader."""
        return f"{name} is {self.variables[name][1]}" if name in self.variables else f"there is no {name}"

    def is_(self, did: str, name: str, value: str, *hints: str) -> Observation:
        """Whether a variable is as expected."""
        return observe(self.text(name) == value, did, f"{name} is {value!r}", self.shown(name), *hints)

    def called(self, did: str, calls: int) -> Observation:
        """How the application was called, and how often for this one request."""
        told = self.told
        saw = f"{'once' if calls == 1 else f'{calls} times'}, {told['positional']} by position"
        saw += f", by name {', '.join(told['named'])}" if told["named"] else ""
        saw += f"; environ is {a_type(told['type'])}"
        right = told["positional"] == 2 and not told["named"] and told["type"] == "dict"
        hint = "app(environ, start_response): two positional arguments, the first a plain dict."
        if right and calls != 1:
            hint = "One request is one call: an application may count, send or delete something each time."
        return observe(right and calls == 1, did, "once, 2 arguments by position; environ is a dict", saw, hint)

    def types(self, did: str) -> Observation:
        wrong = []
        for name, (kind, value) in self.variables.items():
            if "." in name:
                continue
            if kind != "str":
                wrong.append(f"{name} is {value}, {a_type(kind)}")
            elif any(character > "\xff" for character in ast.literal_eval(value)):
                wrong.append(f"{name} has a character above U+00FF: {value}")
        hints = (
            "Every variable of CGI is text: a number goes through str().",
            "Text in environ stands for bytes: one character, at most U+00FF, for each byte (latin-1).",
        )
        return observe(not wrong, did, "every variable of CGI is a str", "; ".join(wrong) or "every one", *hints)

    def path(self, did: str, path: str, quoted: str, query: str) -> Observation:
        right = path.encode().decode("latin-1")
        saw = self.text("PATH_INFO")
        hints = ("The path, decoded, without the query.",)
        if saw == quoted:
            hints = ("This is the path as it stood in the request: %20 and the like have to be decoded.",)
        elif saw is not None and saw.partition("?")[0] in (quoted, right) and "?" in saw:
            hints = ("The query begins at the question mark; it belongs into QUERY_STRING.",)
        elif saw == path:
            hints = (
                "This is readable text. PEP 3333 wants one character for each byte: 'Ã©' for an 'é' in UTF-8.",
                "Decode the percent signs to bytes (urllib.parse.unquote_to_bytes), and those as latin-1.",
            )
        elif saw == right.replace("+", " "):
            hints = ("A plus stands for a space in a form and in a query. In a path it is a plus.",)
        if saw == right and (script := self.text("SCRIPT_NAME")):
            hints = ("Your server serves the application at its root: SCRIPT_NAME is empty.",)
            return observe(False, did, "SCRIPT_NAME is ''", f"SCRIPT_NAME is {script!r}", *hints)
        return observe(saw == right, did, f"PATH_INFO is {right!r}", self.shown("PATH_INFO"), *hints)

    def query(self, did: str, query: str) -> Observation:
        hint = "What follows the question mark, as it came: not decoded, and without the question mark."
        return self.is_(did, "QUERY_STRING", query, hint)

    def named(self, did: str, host: str, port: int) -> Observation:
        """The other variables that are always there."""
        wanted = {"REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": host}
        wanted |= {"SERVER_NAME": host, "SERVER_PORT": str(port)}
        wrong = [name for name, value in wanted.items() if self.text(name) != value]
        wrong += [
            name
            for name, value in WSGI.items()
            if name not in self.variables or (value and self.variables[name][1] != value)
        ]
        wrong += [name for name in ("CONTENT_LENGTH", "CONTENT_TYPE") if self.text(name)]
        expected = f"{', '.join(f'{k} {v!r}' for k, v in wanted.items())}, {', '.join(WSGI)}"
        expected += ", no CONTENT_LENGTH, no CONTENT_TYPE"
        hint = NAMED.get(wrong[0], "Compare with the list in the task, name by name.") if wrong else ""
        return observe(not wrong, did, expected, "; ".join(map(self.shown, wrong)) or "all of them", hint)

    def streams(self, did: str) -> Observation:
        """Whether the two streams have their methods, and whether `write` is there."""
        wanted = {"wsgi.input": "read readline readlines __iter__", "wsgi.errors": "flush write writelines"}
        wrong = []
        for name, methods in wanted.items():
            kind, have = self.variables[name]
            if missing := [method for method in methods.split() if method not in have.split()]:
                what = a_type(kind) if kind else "not there"
                wrong.append(f"{name} is {what}{', without ' + ', '.join(missing) if kind else ''}")
        if not wrong and self.told.get("errors"):
            wrong.append(f"wsgi.errors.write('thé') raised {self.told['errors']}")
        if "no_write" in self.told:
            wrong.append("start_response returned nothing that can be called")
        expected = "wsgi.input and wsgi.errors are files, the second of text; start_response returns `write`"
        hint = "The task names the methods of both. What is written to wsgi.errors is text, what is read from wsgi.input bytes."
        return observe(not wrong, did, expected, "; ".join(wrong) or "both are files", hint)
