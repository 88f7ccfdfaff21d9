"""The picture of a server's processes: a lane for each, from its birth to its end, with the signals between."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from labkit.show.lanes import (
    FAIL,
    FOOT,
    GAP,
    MARK,
    RIGHT,
    UNKNOWN,
    WAIT,
    WORK,
    Entry,
    _draw_marks,
    _head,
    _label,
    _levels,
    _time_axis,
)
from labkit.show.picture import TEXT, WIDTH, Picture, new_figure
from labkit.show.predict import beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HIGH, THICK, THIN = 26, 11, 3  # CSS pixels: of a lane, of the bar of a living process, of a zombie's
LEFT = 116
MOST_WORDS = 24  # events that the text tells one by one
NOTABLE = 0.2  # seconds as a zombie from which it is drawn: every process that ends is one for a moment
LEADS = ("arbiter", "parent")
ENTRIES: tuple[Entry, ...] = (
    ("lead", "arbiter", UNKNOWN, 8, ""),
    ("parent", "parent", UNKNOWN, 8, ""),
    ("worker", "worker", WORK, 8, ""),
    ("child", "child", WORK, 8, ""),
    ("zombie", "zombie: ended, not reaped", WAIT, 2, ""),
    ("end", "ended", FAIL, 0, "x"),
)


class Life(Protocol):
    """One process: when it was born, ended and was reaped, in seconds; None if it was not (see ``serve.Life``)."""

    pid: int
    role: str
    born: float
    ended: float | None
    gone: float | None


class Watched(Protocol):
    """What a picture is drawn from: what ``serve.watch`` gives."""

    lives: Sequence[Life]
    marks: Sequence[tuple[float, str]]
    seconds: float


@dataclass
class _Marked:
    """Where the marks are drawn."""

    marks: Sequence[tuple[float, str]]
    levels: list[int] = field(default_factory=list)
    queue_top: float = 0.0
    bottom: float = 0.0


def lifetimes(watched: Watched, title: str = "", predicted: object = None) -> Picture:
    """Draw a lane for each process of a server, from its birth to its end, the arbiter first.

    A thick bar is a process that runs, a thin grey line a zombie, a cross the end of a process. Dashed lines are the
    marks, such as signals.

    watched: what `serve.watch` gave. title: above the picture. predicted: what `predict(...)` gave, to set beside what
    happened. Returns a Picture.
    """
    lives, marks = list(watched.lives), sorted(watched.marks)
    end = max([watched.seconds, *(at for at, _ in marks), 0.001])
    words = in_sentences(lives, marks, title)
    said = beside(predicted, _findings(lives))
    kinds = {"lead" if life.role == "arbiter" else life.role for life in lives}
    kinds |= {"end" for life in lives if life.ended is not None}
    kinds |= {"zombie" for life in lives if _was_zombie(life, end)}

    per_second = (WIDTH - LEFT - RIGHT) / end
    panel = _Marked(marks)
    panel.levels, rows = _levels(marks, per_second)
    upper = (24 if title else 6) + 18 * len(said.splitlines()) + 26
    panel.queue_top = top = upper + MARK * rows + (4 if rows else 0) + GAP / 2
    panel.bottom = top + len(lives) * (HIGH + GAP)
    height = panel.bottom + FOOT

    figure = new_figure(height)
    plot = (LEFT / WIDTH, FOOT / height, (WIDTH - LEFT - RIGHT) / WIDTH, (panel.bottom - upper) / height)
    axes = figure.add_axes(plot)
    axes.set_xlim(0, end)
    axes.set_ylim(panel.bottom, upper)
    _time_axis(axes, end, "the watch began")
    for place, life in enumerate(lives):
        _draw_life(axes, life, top + place * (HIGH + GAP), end)
    _draw_marks(axes, panel, per_second)
    _head(figure, height, title, said, kinds, ENTRIES)
    alt = "\n".join(filter(None, [words, said]))
    return Picture.of(figure, alt, caption=words)


def _draw_life(axes: "Axes", life: Life, top: float, end: float) -> None:
    from matplotlib.patches import Rectangle

    middle = top + HIGH / 2
    axes.axhspan(top, top + HIGH, facecolor=TEXT, alpha=0.05, linewidth=0, zorder=0)
    _label(axes, f"{life.role} {life.pid}", middle)
    until = end if life.ended is None else life.ended
    colour = UNKNOWN if life.role in LEADS else WORK
    axes.add_patch(Rectangle((life.born, middle - THICK / 2), until - life.born, THICK, facecolor=colour, zorder=4))
    if _was_zombie(life, end):
        gone = end if life.gone is None else life.gone
        axes.add_patch(Rectangle((until, middle - THIN / 2), gone - until, THIN, facecolor=WAIT, zorder=2))
    if life.ended is not None:
        cross = {"color": FAIL, "markersize": 6, "markeredgewidth": 1.8, "zorder": 7, "clip_on": False}
        axes.plot([until], [middle], "x", **cross)


def _was_zombie(life: Life, end: float) -> bool:
    return life.ended is not None and (end if life.gone is None else life.gone) - life.ended > NOTABLE


def _findings(lives: Iterable[Life]) -> str:
    lives = [life for life in lives if life.role not in LEADS]
    came, went = sum(life.born > 0 for life in lives), sum(life.ended is not None for life in lives)
    left = len(lives) - went
    return f"{came or 'none'} began, {went or 'none'} ended, {left or 'none'} left at the end"


def in_sentences(lives: Sequence[Life], marks: Sequence[tuple[float, str]], title: str = "") -> str:
    """What the picture shows, for who cannot see it: who was there, and then what happened in its order."""
    first = [life for life in lives if life.born == 0]
    there = [f"{life.role} {life.pid}" for life in first if life.role in LEADS]
    rest = len(first) - len(there)
    there += [f"{rest} {_name(lives, rest)}"] if rest else []
    happened = [(at, 0, label) for at, label in marks]
    for life in lives:
        name = f"{life.role} {life.pid}"
        if life.born > 0:
            happened.append((life.born, 1, f"{name} began"))
        if life.ended is not None:
            happened.append((life.ended, 2, f"{name} ended"))
        if life.ended is not None and life.gone is None:
            happened.append((life.ended, 3, f"{name} is a zombie from then on"))
    happened.sort()
    told = [f"{label} at {at:.2f} s" for at, _, label in happened[:MOST_WORDS]]
    if more := len(happened) - len(told):
        told.append(f"and {more} more")
    said = [f"{title}." if title else "", f"At first: {' and '.join(there) or 'no process'}."]
    said += [f"Then: {'; '.join(told)}."] if told else ["Nothing changed."]
    return " ".join([*filter(None, said), f"Of the {_name(lives, 2)} {_findings(lives)}."])


def _name(lives: Iterable[Life], number: int) -> str:
    """What those are called that are not the main process."""
    role = next((life.role for life in lives if life.role not in LEADS), "worker")
    return role if number == 1 else {"child": "children"}.get(role, f"{role}s")
