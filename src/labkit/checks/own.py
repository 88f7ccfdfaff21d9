"""How an examination talks with a learner's own server, and puts into words what is wrong with an answer."""

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from labkit import wire

from .site import PATIENCE, STUB, Over, Site, cut, last_traceback, raised
from .verdict import Observation

Headers = Iterable[tuple[str, str]]
QUIET = 2.0  # seconds after which what should have come will not come any more


class Own:
    """A learner's server under examination.

    Args:
        site: the running server.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self._logged = 0

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
    ) -> wire.Answer:
        """Send one request and read its answer.

        Args:
            method, target, headers, body, version: of the request; Host, Connection and Content-Length are added.
            did: what we did, for the reader.
            may_break: an answer that ends too early is no failure here.

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
            raise self.fails(did, "an answer", error) from None
        if not answer.complete and not may_break:
            raise self.fails(did, "a whole answer", answer.why, INCOMPLETE)
        return answer

    def talk(self) -> wire.Conversation:
        """A connection to send and read on piece by piece."""
        self._logged = len(self.site.server.log)
        try:
            return wire.Conversation(self.site.server.url, PATIENCE)
        except wire.NoAnswer as error:
            raise self.fails("opened a connection", "a server that accepts it", error) from None

    def play(self, *blocks: tuple[Any, ...], call: Iterable[tuple[Any, ...]] = (), **book: Any) -> str:
        """Lay out a part (see files/lab02_parts.py). Returns the path to ask for."""
        self.site.prepare(play=json.dumps({"call": list(call), "blocks": blocks, **book}))
        return "/part/play"

    def notes(self, what: str = "") -> list[dict[str, Any]]:
        """What the parts have noted, all or of one kind."""
        found = [json.loads(line) for line in self.site.journal("notes")]
        return [note for note in found if note["what"] == what] if what else found

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
                hints = (
                    *hints,
                    *known[:1],
                    "An exception of the application is caught, logged, and answered with 500.",
                )
        elif not server.alive:
            hints = (*hints, "`serve` goes on for ever: one connection after the other.")
        if not server.alive:
            saw += "; then the server ended"
        hints = hints or known or SHAPE
        self.site.problems.append(Observation(cut(did, 120), expected, cut(saw), False, hints, trace))
        return Over()


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
