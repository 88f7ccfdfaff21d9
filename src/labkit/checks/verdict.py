"""What a check has to say: observations, the verdict that they make, and the exception that shows it."""

import html
import textwrap
from dataclasses import asdict, dataclass, field
from typing import Any, Self

SHOWN_FAILURES = 4
WIDTH = 96


@dataclass(frozen=True)
class Observation:
    """One thing that was tried on the learner's work.

    Attributes:
        did: what we did, in a few words (``GET /tea``).
        expected: what a right answer shows.
        saw: what this one showed.
        holds: whether that is as expected.
        hints: where to look, from gentle to plain; never the code. The first is shown with the first failure, the
            next ones with each further failure in a row.
        trace: the learner's own frames of an exception, if there was one.
    """

    did: str
    expected: str
    saw: str
    holds: bool
    hints: tuple[str, ...] = ()
    trace: str = ""


@dataclass(frozen=True)
class Verdict:
    """The observations on one exercise. True when every one holds, and there is at least one.

    Attributes:
        exercise: the exercise's name, ``lab01/status``.
        file: the name of the file that was judged.
        observations: what was observed, in the order of trying.
        level: how many hints a failing observation shows.
    """

    exercise: str
    file: str
    observations: tuple[Observation, ...]
    level: int = field(default=1, compare=False)

    @property
    def passed(self) -> bool:
        """Whether everything that was observed is as expected."""
        return bool(self.observations) and all(o.holds for o in self.observations)

    @property
    def failures(self) -> tuple[Observation, ...]:
        """The observations that do not hold."""
        return tuple(o for o in self.observations if not o.holds)

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        count, failed = len(self.observations), len(self.failures)
        if self.passed:
            return f"{self.exercise}: {self.file} passes, all {count} observations hold"
        words = f"{self.exercise}: {self.file} is not right yet"
        if failed == count:
            return words
        return f"{words}, {failed} of {count} observations {'does' if failed == 1 else 'do'} not hold"

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain data, for JSON."""
        return {"exercise": self.exercise, "file": self.file, "observations": [asdict(o) for o in self.observations]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The verdict back from plain data."""
        rows = tuple(Observation(**{**o, "hints": tuple(o["hints"])}) for o in data["observations"])
        return cls(data["exercise"], data["file"], rows)

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        lines = [("✓ " if self.passed else "✗ ") + self.headline, ""]
        for row in self.failures[:SHOWN_FAILURES]:
            lines += [f"✗ {row.did}", *_field("expected", row.expected), *_field("saw", row.saw)]
            if row.trace:
                lines += [f"      {line}" for line in row.trace.splitlines()]
            for hint in row.hints[: self.level]:
                lines += _field("hint", hint)
        lines += [f"  {words}" for words in self._more()]
        before = ""
        for row in self._held():
            lines.append(_line(f"✓   {row.saw}" if row.did == before else f"✓ {row.did}: {row.saw}"))
            before = row.did
        return "\n".join(lines)

    def _held(self) -> list[Observation]:
        return [o for o in self.observations if o.holds]

    def _more(self) -> list[str]:
        """What stands below the failing rows: how many are not shown, and that the examination ended at the last."""
        words = []
        if (more := len(self.failures) - SHOWN_FAILURES) > 0:
            words.append(f"and {more} more that {'does' if more == 1 else 'do'} not hold")
        if self._held() and not self.observations[-1].holds:
            words.append("what comes after is tried when these hold")
        return words

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.to_html()}

    def to_html(self) -> str:
        """The verdict as an HTML table that follows JupyterLab's theme and does not rely on colour."""
        line = "var(--jp-border-color2, #bbb)"
        cell = f'style="text-align:left;vertical-align:top;padding:4px 10px;border-top:1px solid {line};white-space:pre-wrap"'
        rows = []
        for row in [*self.failures[:SHOWN_FAILURES], None, *self._held()]:
            if row is None:
                rows += [f'<tr><td {cell}></td><td {cell} colspan="3">{words}</td></tr>' for words in self._more()]
                continue
            mark, word, tint = ("✓", "holds", "#009e73") if row.holds else ("✗", "does not hold", "#d55e00")
            saw = _code(row.saw)
            if row.trace:
                saw += f'<pre style="margin:4px 0 0;white-space:pre-wrap">{html.escape(row.trace)}</pre>'
            if not row.holds:
                saw += "".join(
                    f'<div style="margin-top:4px"><b>Hint:</b> {_code(hint)}</div>' for hint in row.hints[: self.level]
                )
            rows.append(
                f'<tr><td {cell}><b style="color:{tint}" title="{word}" aria-label="{word}">{mark}</b></td>'
                f"<td {cell}>{_code(row.did)}</td><td {cell}>{_code(row.expected)}</td><td {cell}>{saw}</td></tr>"
            )
        tint = "#009e73" if self.passed else "#d55e00"
        head = "".join(
            f'<th scope="col" style="text-align:left;padding:4px 10px">{name}</th>'
            for name in ("", "we did", "expected", "saw")
        )
        table = (
            f'<table style="border-collapse:collapse;font-size:var(--jp-content-font-size0, 13px);table-layout:auto">'
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )
        if self.passed:  # nothing to do: who wants to know what was tried can open it
            table = f'<details><summary style="cursor:pointer">what was tried</summary>{table}</details>'
        return (
            f'<div class="labkit-verdict" role="status" style="border-left:4px solid {tint};padding:2px 0 2px 12px;'
            f'color:var(--jp-content-font-color1, inherit)"><p style="margin:4px 0"><b>{"✓" if self.passed else "✗"} '
            f"{html.escape(self.headline)}</b></p>{table}</div>"
        )


def _line(text: str) -> str:
    """A text on one line, cut where it is too long."""
    line = text[0] + " " * (len(text) - len(text[1:].lstrip()) - 1) + " ".join(text[1:].split())
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 4]} ..."


def _field(name: str, text: str) -> list[str]:
    """A labelled text of several lines, wrapped under itself."""
    lines = [part for line in text.splitlines() or [""] for part in textwrap.wrap(line, WIDTH - 16) or [""]]
    return [f"    {name if n == 0 else '':<10}{line}" for n, line in enumerate(lines)]


def _code(text: str) -> str:
    """Escaped text in which `words in backquotes` are set as code."""
    parts = html.escape(text, quote=False).split("`")
    if len(parts) % 2 == 0:
        return "`".join(parts)
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))


class NotYet(Exception):
    """The work does not do yet what the exercise asks; shown as the table of observations, without a stack trace."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        red, bold, off = "\x1b[31m", "\x1b[1m", "\x1b[0m"
        lines = str(self.verdict).splitlines()
        return [
            "\n".join(
                [f"{red}NotYet{off}: {bold}{lines[0].removeprefix('✗ ')}{off}"]
                + [f"{red}{line}{off}" if line.startswith("✗ ") else line for line in lines[1:]]
            )
        ]
