"""The runs of a bench, one row each, for eyes, screen readers and plain text."""

import html
from collections.abc import Iterable

from labkit.trace import in_words, rate_in_words

from .experiment import Run

COLUMNS = (
    "workers x threads",
    "each request",
    "load",
    "answers/s",
    "median",
    "longest",
    "overlap",
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
        # A note is said once, for all runs that it is about.
        about: dict[str, list[int]] = {}
        for at, run in enumerate(runs):
            for note in run.notes():
                about.setdefault(note, []).append(at)
        self.notes = [f"{_which(runs, rows)}: {note}" for note, rows in about.items()]

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
        head = "".join(
            f'<th scope="col" style="{_style(at)};vertical-align:bottom">{name}</th>' for at, name in enumerate(COLUMNS)
        )
        body = ""
        for name, *others in self.rows:
            cells = "".join(f'<td style="{_style(at)}">{html.escape(text)}</td>' for at, text in enumerate(others, 1))
            first = f'<th scope="row" style="{_style(0)}">{html.escape(name)}</th>'
            body += f'<tr style="border-top:1px solid rgba(128,128,128,0.4)">{first}{cells}</tr>'
        # The colour is that of the page, also where no notebook colours tables. Zero wide, but at least as wide as the
        # page: a table does not widen what it stands in. On a narrow page its letters are smaller (2.25 % of the width).
        drawn = (
            '<div style="width:0;min-width:100%;container-type:inline-size;overflow-x:auto">'
            '<table style="border-collapse:collapse;color:inherit;line-height:1.35;font-size:clamp(10px,2.25cqw,13px)">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
        return drawn + "".join(
            f'<p style="margin:4px 0;line-height:1.35">{html.escape(note)}</p>' for note in self.notes
        )


def table(runs: Iterable[Run]) -> Table:
    """A table of runs, in their order: settings, answers a second, median, longest, most at once, cores, failures."""
    return Table(runs)


def _which(runs: list[Run], rows: list[int]) -> str:
    """Some of the runs, by their names, or by their numbers when a name is that of several rows."""
    names = [run.name for run in runs]
    if all(names.count(names[at]) == 1 for at in rows):
        return ", ".join(names[at] for at in rows)
    return f"row{'s' * (len(rows) > 1)} {', '.join(str(at + 1) for at in rows)}"


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


def _style(column: int) -> str:
    """Words to the left, figures to the right."""
    return f"padding:0.3em 0.35em;text-align:{'left' if column < WORDS else 'right'}"
