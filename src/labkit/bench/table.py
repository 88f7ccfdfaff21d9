"""The runs of a bench, one row each, for eyes, screen readers and plain text."""

import html
from collections.abc import Iterable

from labkit.trace import in_words, rate_in_words

from .experiment import Run

COLUMNS = (
    "class, workers x threads",
    "each request",
    "load",
    "answers a second",
    "median",
    "longest",
    "most at once",
    "cores used",
    "failed",
)
WORDS = 3  # so many columns are words, to the left; the others are figures, to the right
EMPTY = "No run yet."


class Table:
    """The runs of a bench, one row each. A notebook shows it as a table, everything else as text."""

    def __init__(self, runs: Iterable[Run]) -> None:
        runs = list(runs)
        self.rows = [_cells(run) for run in runs]
        # A note is said once, however many of the runs it is about.
        self.notes = list(dict.fromkeys(note for run in runs for note in _notes(run)))

    def __str__(self) -> str:
        if not self.rows:
            return EMPTY
        lines = [COLUMNS, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
        text = []
        for line in lines:
            cells = [
                cell.ljust(width) if column < WORDS else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ]
            text.append("  ".join(cells).rstrip())
        return "\n".join([*text, *self.notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{EMPTY}</p>"
        pad = "padding:3px 8px;white-space:nowrap"
        head = "".join(
            f'<th scope="col" style="padding:3px 8px;text-align:{_side(column)};vertical-align:bottom">{name}</th>'
            for column, name in enumerate(COLUMNS)
        )
        body = ""
        for first, *others in self.rows:
            cells = "".join(
                f'<td style="{pad};text-align:{_side(column)}">{html.escape(cell)}</td>'
                for column, cell in enumerate(others, 1)
            )
            body += f'<tr><th scope="row" style="{pad};text-align:left">{html.escape(first)}</th>{cells}</tr>'
        # The text in the colour of what it stands on, also where no notebook gives tables a colour.
        drawn = (
            '<div style="overflow-x:auto"><table style="border-collapse:collapse;color:inherit;line-height:1.35">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
        return drawn + "".join(
            f'<p style="margin:4px 0;line-height:1.35">{html.escape(note)}</p>' for note in self.notes
        )


def table(runs: Iterable[Run]) -> Table:
    """A table of runs, in their order: settings, answers a second, median, longest, most at once, cores, failures."""
    return Table(runs)


def _cells(run: Run) -> tuple[str, ...]:
    summary = run.trace.summary()
    return (
        run.name,
        run.settings.work,
        run.settings.load,
        rate_in_words(summary.throughput),
        in_words(summary.median) if summary.median is not None else "-",
        in_words(summary.max) if summary.max is not None else "-",
        str(summary.overlap) if summary.overlap is not None else "not known",
        f"{run.cores:.2f}",
        f"{summary.failures} of {summary.count}",
    )


def _notes(run: Run) -> list[str]:
    summary = run.trace.summary()
    reasons = [f"{run.name}: {count} x {words}." for words, count in summary.reasons[:4]]
    return [f"{run.name}: {note}" for note in run.settings.notes()] + reasons


def _side(column: int) -> str:
    return "left" if column < WORDS else "right"
