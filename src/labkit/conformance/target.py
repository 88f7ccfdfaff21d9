"""What the checks from outside work with: the server under check, and the words for an outcome."""

import itertools
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from labkit import wire

from .probe import MARKER, forget
from .report import BROKEN, KEPT, NOT_SEEN, Row


class Seen(NamedTuple):
    """The outcome of one check."""

    verdict: str
    saw: str


def kept(saw: str) -> Seen:
    return Seen(KEPT, saw)


def broken(saw: str) -> Seen:
    return Seen(BROKEN, saw)


def unseen(saw: str) -> Seen:
    return Seen(NOT_SEEN, saw)


def judged(right: object, saw: str) -> Seen:
    return Seen(KEPT if right else BROKEN, saw)


@dataclass(frozen=True)
class Check:
    """One thing to look at: the words of its row, and the function that looks."""

    clause: str
    title: str
    did: str
    expected: str
    probe: bool
    who: str
    look: Callable[["Target"], Seen]

    def row(self, seen: Seen) -> Row:
        return Row(self.clause, self.title, self.who, seen.verdict, self.did, self.expected, seen.saw)


class Target:
    """The server under check: how to ask it, and what is known about it."""

    patience = 4.0  # seconds for an answer of a healthy server
    stall = 1.5  # seconds after which a server that should go on counts as waiting for something
    farewell = 10.0  # seconds for close() after a client has left, and for a sign of life

    def __init__(self, url: str, facts: Mapping[str, Any]) -> None:
        self.url = url.rstrip("/")
        self.facts = facts
        self._run = secrets.token_hex(8)
        self._numbers = itertools.count()
        self._tokens: list[str] = []
        self._environ: dict[str, Any] | None = None
        self._plain: wire.Answer | None = None
        self.has_probe = False

    def token(self) -> str:
        """A new name for a journal of the probe."""
        token = f"{self._run}{next(self._numbers):04x}"
        self._tokens.append(token)
        return token

    def address(self, part: str) -> str:
        return f"{self.url}{MARKER}/{part}"

    def part(self, part: str, method: str = "GET", **how: Any) -> wire.Answer:
        """Ask a part of the probe."""
        return wire.exchange(self.address(part), method, **{"timeout": self.patience, **how})

    def talk(self) -> wire.Conversation:
        return wire.Conversation(self.url, self.patience)

    def head(self, target: str, method: str = "GET", *lines: str, version: str = "HTTP/1.1") -> bytes:
        """The head of a request as bytes. ``target`` is a full address or a path."""
        parts = urlsplit(target)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        first = f"{method} {path or '/'} {version}\r\nHost: {urlsplit(self.url).netloc}\r\n"
        return (first + "".join(f"{line}\r\n" for line in lines) + "\r\n").encode("latin-1")

    def journal(self, token: str, timeout: float | None = None) -> list[dict[str, Any]]:
        """What the probe noted under ``token``."""
        return self.part(f"journal?token={token}", timeout=timeout or self.patience).json()

    def wait_journal(self, token: str, what: str) -> list[dict[str, Any]]:
        """The journal as soon as it has a line ``what``, or as it is when we have waited long enough."""
        until = time.monotonic() + self.farewell
        while True:
            lines = self.journal(token)
            if any(line["what"] == what for line in lines) or time.monotonic() > until:
                return lines
            time.sleep(0.02)

    def plain(self) -> wire.Answer:
        """The answer to a GET of the address itself (asked once)."""
        if self._plain is None:
            begin = time.monotonic()
            self._plain = wire.exchange(self.url, timeout=self.patience)
            slow = time.monotonic() - begin  # a busy machine: what never comes is waited for a little longer
            self.stall = min(max(self.stall, 40 * slow), 3 * self.stall)
        return self._plain

    def environ(self) -> dict[str, Any]:
        """What the probe found in environ (asked once): a POST with a path, a query, a header and a body of 5
        bytes.
        """
        if self._environ is None:
            token = self.token()
            target = urlsplit(self.address(f"environ/caf%C3%A9%20x?a=1&b=%20&token={token}"))
            answer = wire.exchange(
                self.url,
                "POST",
                f"{target.path}?{target.query}",
                [("Content-Type", "text/x-probe"), ("X-Probe", "caf\xe9"), ("Connection", "close")],
                b"12345",
                timeout=self.patience,
            )
            if answer.status != 200:
                raise wire.WireError(f"the probe answered {answer.status} {answer.reason} when asked for its environ")
            self._environ = {**answer.json(), "journal": self.journal(token)}
        return self._environ

    def variable(self, name: str) -> str | None:
        """The text of a variable of environ, or None."""
        found = self.environ()["variables"].get(name)
        return found and found["value"]

    def alive(self) -> bool:
        """Does it still answer?"""
        try:
            wire.exchange(self.url, timeout=self.farewell)
        except wire.NoAnswer:
            return False
        except wire.WireError:
            pass  # an answer, though a strange one
        return True

    def clean_up(self) -> None:
        """Remove the journals of this run: the server does it, and we do if it has gone and left them
        here.
        """
        answering = self.has_probe
        for token in self._tokens:
            if answering:
                try:
                    self.part(f"forget?token={token}", timeout=1)
                except wire.WireError:
                    answering = False
            if not answering:
                forget(token)
