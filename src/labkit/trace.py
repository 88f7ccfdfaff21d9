"""What happened to each request of a load, and the sums over all of them."""

import html
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

KEYS = ("worker", "status", "host", "version", "error", "target")
FEWEST_FOR_P95 = 20  # with fewer answers the 95th percentile is the longest one
NOTABLE_LAG = 0.05  # seconds by which the load itself may be late before the summary says so


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Moments are seconds since the trace began; None means that it never came to that.

    target: path and query. planned: when it was to be sent. sent: when the client began with it.
    first_byte: when status line and headers had arrived. done: when the answer was complete, or the failure
    was seen. status: HTTP status. error: what went wrong, in words. worker, host, version, entered, left:
    what the application reported (see labkit.stamp). size: bytes of the answer's body. cpu: seconds of CPU time that the
    application used between entered and left.
    """

    target: str
    planned: float
    sent: float | None = None
    first_byte: float | None = None
    done: float | None = None
    status: int | None = None
    error: str | None = None
    worker: int | str | None = None
    host: str | None = None
    version: str | None = None
    entered: float | None = None
    left: float | None = None
    size: int = 0
    cpu: float | None = None

    @property
    def failed(self) -> bool:
        """Whether it broke, or was answered with a status of 400 or more."""
        return self.error is not None or (self.status or 0) >= 400

    @property
    def latency(self) -> float | None:
        """Seconds from the *planned* moment to the complete answer; None for a failure."""
        if self.failed or self.status is None or self.done is None:
            return None
        return self.done - self.planned


@dataclass(frozen=True)
class Summary:
    """The figures of a trace. Times in seconds, throughput in good answers a second; None: not known."""

    title: str
    count: int
    failures: int
    seconds: float
    throughput: float
    answers: int
    median: float | None
    p95: float | None
    max: float | None
    overlap: int | None
    lag: float
    reasons: tuple[tuple[str, int], ...] = ()
    note: str = ""
    mode: str = ""

    def lines(self) -> list[tuple[str, str]]:
        """The summary as (name, words), one a line."""
        failed = str(self.failures)
        if self.reasons:
            failed += ": " + ", ".join(f"{count} x {words}" for words, count in self.reasons[:4])
            failed += f" and {len(self.reasons) - 4} more kinds" if len(self.reasons) > 4 else ""
        if self.mode == "idle":
            found = [
                ("connections", f"{self.count}, held for up to {in_words(self.seconds)}"),
                ("failed", failed),
            ]
        else:
            found = [
                ("requests", f"{self.count} in {in_words(self.seconds)}"),
                ("failed", failed),
                ("throughput", f"{rate_in_words(self.throughput)} answers a second"),
                ("latency", self._latency()),
            ]
        if self.overlap is not None:
            found.append(("overlap", f"at most {self.overlap} inside the application at once"))
        if self.lag > NOTABLE_LAG:
            found.append(("client", f"started a request up to {in_words(self.lag)} late: this machine is busy"))
        if self.note:
            found.append(("note", self.note))
        return found

    def _latency(self) -> str:
        if self.median is None or self.p95 is None or self.max is None:
            return "nothing was answered"
        counted = f"{self.answers} answer{'s' * (self.answers != 1)}"
        if self.answers < FEWEST_FOR_P95:
            return (
                f"median {in_words(self.median)}, longest {in_words(self.max)} "
                f"({counted}: too few for a 95th percentile)"
            )
        return (
            f"median {in_words(self.median)}, 95 % within {in_words(self.p95)}, "
            f"longest {in_words(self.max)} ({counted})"
        )

    def __str__(self) -> str:
        rows = [f"  {name:<12}{words}" for name, words in self.lines()]
        return "\n".join([self.title, *rows] if self.title else rows)

    def _repr_html_(self) -> str:
        caption = f'<caption style="text-align:left"><b>{html.escape(self.title)}</b></caption>' if self.title else ""
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{name}</th>'
            f'<td style="text-align:left">{html.escape(words)}</td></tr>'
            for name, words in self.lines()
        )
        return f"<table>{caption}{rows}</table>"


@dataclass(frozen=True, repr=False)
class Trace:
    """The requests of one load, in the order in which they were planned.

    title: what was done, in words. mode: "steady", "flood", "trickle", "idle" or "mixed".
    began: the moment of second 0 on `time.monotonic()`, so that traces can be laid over each other with `+`.
    marks: (seconds, label) of things done meanwhile. note: something to know about the whole.
    """

    rows: tuple[Request, ...] = ()
    title: str = ""
    mode: str = ""
    began: float = 0.0
    marks: tuple[tuple[float, str], ...] = field(default=())
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(self.rows))
        object.__setattr__(self, "marks", tuple(self.marks))

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Request]:
        return iter(self.rows)

    def __repr__(self) -> str:
        failed = sum(row.failed for row in self.rows)
        return f"<Trace {self.title!r}: {len(self.rows)} requests, {failed} failed>"

    def __str__(self) -> str:
        return str(self.summary())

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def __add__(self, other: "Trace") -> "Trace":
        """Both traces on one time line, which begins where the earlier one began."""
        if not isinstance(other, Trace):
            return NotImplemented
        began = min(self.began, other.began)
        rows = [_shifted(row, trace.began - began) for trace in (self, other) for row in trace]
        marks = [(at + trace.began - began, label) for trace in (self, other) for at, label in trace.marks]
        return Trace(
            sorted(rows, key=lambda row: row.planned),
            title=" + ".join(title for title in (self.title, other.title) if title),
            mode=self.mode if self.mode == other.mode else "mixed",
            began=began,
            marks=sorted(marks),
            note="; ".join(note for note in (self.note, other.note) if note),
        )

    def summary(self) -> Summary:
        """The figures: count, failures, throughput, latency (median, p95, max), overlap if it is known."""
        answered = sorted(row.latency for row in self.rows if row.latency is not None)
        ends = [row.done for row in self.rows if row.done is not None]
        seconds = max(ends) - min(row.planned for row in self.rows) if ends else 0.0
        try:
            overlap = self.overlap()
        except ValueError:
            overlap = None
        reasons = Counter(row.error or f"status {row.status}" for row in self.rows if row.failed)
        return Summary(
            title=self.title,
            count=len(self.rows),
            failures=sum(row.failed for row in self.rows),
            seconds=seconds,
            throughput=len(answered) / seconds if seconds > 0 else 0.0,
            answers=len(answered),
            median=percentile(answered, 50),
            p95=percentile(answered, 95),
            max=answered[-1] if answered else None,
            overlap=overlap,
            lag=max((row.sent - row.planned for row in self.rows if row.sent is not None), default=0.0),
            reasons=tuple(reasons.most_common()),
            note=self.note,
            mode=self.mode,
        )

    def overlap(self) -> int:
        """The most requests that were inside the application at one moment, by its own stamps.

        Streamed answers are not counted: an application that is still sending cannot stamp when it left.
        Raises ValueError when no answer says both when the application was entered and when it was left.
        """
        inside = [(row.entered, row.left) for row in self.rows if row.entered is not None and row.left is not None]
        if not inside:
            raise ValueError(
                "the overlap is not known: no answer carries X-Entered and X-Left. "
                "Wrap the application, app = stamp(app), and let it return a list"
            )
        return most_at_once(inside)

    def by(self, key: str) -> dict[Any, "Trace"]:
        """A trace for each value of `key`: worker, status, host, version, error, target. None comes last."""
        if key not in KEYS:
            raise ValueError(f"a trace can be told apart by {', '.join(KEYS)}; not by {key!r}")
        found: dict[Any, list[Request]] = {}
        for row in self.rows:
            found.setdefault(getattr(row, key), []).append(row)
        order = sorted(
            found,
            key=lambda value: (value is None, isinstance(value, str), value if value is not None else 0),
        )
        return {value: self._only(found[value], f"{key} {value}") for value in order}

    def failures(self) -> "Trace":
        """The requests that broke or were answered with a status of 400 or more."""
        return self._only([row for row in self.rows if row.failed], "failures")

    def to_dicts(self) -> list[dict[str, Any]]:
        """A dict for each request, with its fields and its latency."""
        names = [each.name for each in fields(Request)] + ["latency"]
        return [{name: getattr(row, name) for name in names} for row in self.rows]

    def to_pandas(self) -> Any:
        """A pandas DataFrame, one row a request. Raises ImportError, in words, where pandas is missing."""
        try:
            import pandas
        except ImportError as missing:
            raise ImportError(
                "to_pandas() needs pandas, which is not installed here: pip install pandas. "
                "trace.to_dicts() gives the same rows without it"
            ) from missing
        return pandas.DataFrame(self.to_dicts(), columns=[each.name for each in fields(Request)] + ["latency"])

    def _only(self, rows: Iterable[Request], what: str) -> "Trace":
        return replace(self, rows=tuple(rows), title=f"{self.title}, {what}" if self.title else what)


def most_at_once(intervals: Iterable[tuple[float, float]]) -> int:
    """How many of the (begin, end) intervals cover one moment, at most. The end itself is not covered."""
    events = sorted(event for begin, end in intervals for event in ((begin, 1), (max(begin, end), -1)))
    now = most = 0
    for _, step in events:
        now += step
        most = max(most, now)
    return most


def percentile(ordered: list[float], percent: float) -> float | None:
    """The nearest-rank percentile of an ascending list: a value that was seen. None for an empty list."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def in_words(seconds: float) -> str:
    """A duration for people: 850 us, 12.3 ms, 1.24 s."""
    if seconds >= 0.9995:
        return f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:.0f} s"
    if seconds >= 0.0009995:
        return f"{seconds * 1e3:.3g} ms"
    return f"{seconds * 1e6:.0f} us"


def rate_in_words(rate: float) -> str:
    """A number of things a second for people: 0.5, 19.8, 2,310."""
    return f"{rate:.3g}" if rate < 1000 else f"{rate:,.0f}"


def _shifted(row: Request, by: float) -> Request:
    moments = ("planned", "sent", "first_byte", "done", "entered", "left")
    known = {name: getattr(row, name) for name in moments if getattr(row, name) is not None}
    return replace(row, **{name: moment + by for name, moment in known.items()})
