"""How a figure changes with a number that is turned: a line for each series, and beside it what a formula says."""

import html
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from labkit.show.lanes import LETTER, MARK, _stack
from labkit.show.picture import TEXT, WIDTH, Picture, new_figure
from labkit.show.predict import beside
from labkit.trace import rate_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From the colour-blind-safe set of Okabe and Ito; each series has a marker of its own and its name at its end as well.
LOOKS = (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#8c8c8c", "v"))

# All in CSS pixels.
LEFT, PLOT, FOOT = 64, 250, 46
LINE = 15  # height of a line of names at the ends of the series
ROOM = 0.08  # of the axes' length, left free beyond the last points

Points = Mapping[float, float | Sequence[float]]


def curve(
    series: Mapping[str, Points],
    title: str | None = None,
    *,
    x: str = "workers",
    y: str = "answers a second",
    marks: Iterable[tuple[float, str]] = (),
    models: Mapping[str, Mapping[float, float]] | None = None,
    predicted: Any = None,
) -> Picture:
    """Draw a line for each series: its medians, with a bar from the least to the greatest value measured.

    series: name -> {x: value, or the values of several rounds}. title: above the picture. x, y: what the axes count.
    marks: (x, label) of vertical lines, for example where a formula points to. models: for some of the series, by
    name, {x: value} of what a model says; drawn dashed. predicted: what `predict(...)` gave, to set beside what
    happened. A table with all figures follows. Returns a Picture.
    Raises ValueError when there is nothing to draw, or a model belongs to no series.
    """
    found = {str(name): _rounds(str(name), points) for name, points in series.items()}
    if not found:
        raise ValueError("there is nothing to draw: give curve a dict such as {'sync': {1: 10.0, 3: [29.8, 30.1]}}")
    if len(found) > len(LOOKS):
        raise ValueError(f"{len(found)} series cannot be told apart in one picture: draw at most {len(LOOKS)}")
    models = {str(name): dict(sorted(points.items())) for name, points in (models or {}).items()}
    if strangers := [name for name in models if name not in found]:
        raise ValueError(f"a model belongs to a series: there is none of the name {', '.join(strangers)}")
    marks = sorted(marks)
    said = beside(predicted, "; ".join(f"{name}: {_short(points, x)}" for name, points in found.items()))
    caption = " ".join([f"{name}: {_short(points, x)}." for name, points in found.items()] + _marked(marks))
    alt = "\n".join(filter(None, [_in_sentences(found, models, title, x, y, marks), said]))
    return _draw(found, models, marks, (title or "", x, y), said, alt, caption)


def _rounds(name: str, points: Points) -> dict[float, list[float]]:
    """The values at each x, in order of x."""
    found = {at: sorted(v if isinstance(v, Sequence) else [v]) for at, v in sorted(points.items())}
    if not found or not all(found.values()):
        raise ValueError(f"the series {name} has {'a point without values' if found else 'no points'}")
    return found


def _in_sentences(
    found: Mapping[str, dict[float, list[float]]],
    models: Mapping[str, Mapping[float, float]],
    title: str | None,
    x: str,
    y: str,
    marks: Sequence[tuple[float, str]],
) -> str:
    """All that is drawn, for who cannot see it."""
    lines = [f"{title}." if title else "", f"{y}, by {x}."]
    for name, points in found.items():
        lines.append(f"{name}: " + ", ".join(f"{_spread(values)} at {at:g}" for at, values in points.items()) + ".")
        if name in models:
            lines.append("Its model: " + ", ".join(f"{_figure(v)} at {at:g}" for at, v in models[name].items()) + ".")
    return " ".join(filter(None, [*lines, *_marked(marks)]))


def _marked(marks: Sequence[tuple[float, str]]) -> list[str]:
    return [f"{label} is {at:g}." for at, label in marks]


def _short(points: dict[float, list[float]], x: str) -> str:
    """The two ends of a series."""
    first, last = next(iter(points)), list(points)[-1]
    words = f"{_figure(median(points[first]))} at {first:g}"
    return f"{words}, {_figure(median(points[last]))} at {last:g} {x}" if last != first else f"{words} {x}"


def _spread(values: Sequence[float]) -> str:
    """The median, and where there are several values the least and the greatest."""
    middle = _figure(median(values))
    return middle if len(values) == 1 else f"{middle} ({_figure(values[0])} to {_figure(values[-1])})"


def _figure(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if 0 < value < 1 else rate_in_words(value)


def _table(
    found: Mapping[str, dict[float, list[float]]], models: Mapping[str, Mapping[float, float]], x: str, y: str
) -> str:
    columns = sorted({at for points in found.values() for at in points})
    head = "".join(f'<th scope="col">{at:g}</th>' for at in columns)
    body = ""
    for name, points in found.items():
        cells = "".join(f"<td>{_spread(points[at]) if at in points else '-'}</td>" for at in columns)
        body += f'<tr><th scope="row" style="text-align:left">{html.escape(name)}</th>{cells}</tr>'
        if name in models:
            said = "".join(f"<td>{_figure(models[name][at]) if at in models[name] else '-'}</td>" for at in columns)
            body += f'<tr><th scope="row" style="text-align:left">{html.escape(name)}, the model</th>{said}</tr>'
    several = any(len(values) > 1 for points in found.values() for values in points.values())
    caption = f"{y}, by {x}{': median (least to greatest)' if several else ''}"
    return (
        f'<table><caption style="text-align:left">{html.escape(caption)}</caption>'
        f'<thead><tr><th scope="col">{html.escape(x)}</th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _draw(
    found: Mapping[str, dict[float, list[float]]],
    models: Mapping[str, Mapping[float, float]],
    marks: Sequence[tuple[float, str]],
    words: tuple[str, str, str],
    said: str,
    alt: str,
    caption: str,
) -> Picture:
    title, x, y = words
    right = 24 + 7.2 * max(len(name) for name in found)
    wide = WIDTH - LEFT - right
    ats = [at for points in found.values() for at in points] + [at for at, _ in marks]
    begin, end = min(0.0, *ats), max(ats) * (1 + ROOM / 2) or 1.0
    per_x = wide / (end - begin)
    spans = [(at - LETTER * len(label) / 2 / per_x, at + LETTER * (len(label) / 2 + 1) / per_x) for at, label in marks]
    levels, height_of_marks = _stack(spans)

    top = (28 if title else 8) + 18 * len(said.splitlines()) + 20
    upper = top + MARK * height_of_marks + 8
    height = upper + PLOT + FOOT
    figure = new_figure(height)
    axes = figure.add_axes((LEFT / WIDTH, FOOT / height, wide / WIDTH, PLOT / height))
    tall = max(v for points in (*found.values(), *models.values()) for values in points.values() for v in _many(values))
    axes.set_xlim(begin, end)
    axes.set_ylim(0, (tall or 1.0) * (1 + ROOM))
    _axes(axes, sorted(set(ats)), x, y)

    ends = []
    for (name, points), (colour, marker) in zip(found.items(), LOOKS, strict=False):
        xs, middles = list(points), [median(values) for values in points.values()]
        axes.vlines(xs, [v[0] for v in points.values()], [v[-1] for v in points.values()], color=colour, linewidth=2)
        axes.plot(xs, middles, color=colour, linewidth=1.8, marker=marker, markersize=6, zorder=4)
        if name in models:
            dashes = (0, (4, 3))
            axes.plot(*zip(*models[name].items(), strict=True), color=colour, linewidth=1.4, linestyle=dashes, zorder=3)
        ends.append((middles[-1], xs[-1], name, colour))
    _name_the_ends(axes, ends, PLOT)
    for (at, label), level in zip(marks, levels, strict=True):
        axes.axvline(at, color=TEXT, linewidth=1, linestyle=(0, (2, 2)), zorder=2)
        lift = 1 + (3 + level * MARK) / PLOT
        where = axes.get_xaxis_transform()
        axes.text(at, lift, label, transform=where, color=TEXT, fontsize=8, fontweight="bold", ha="center", va="bottom")
    _head(figure, height, title, said, bool(models), found)
    return Picture.of(figure, alt, _table(found, models, x, y), caption=caption)


def _many(values: float | Sequence[float]) -> Sequence[float]:
    return values if isinstance(values, Sequence) else [values]


def _axes(axes: "Axes", ats: Sequence[float], x: str, y: str) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xticks(ats, [f"{at:g}" for at in ats])
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.set_xlabel(x, color=TEXT, fontsize=8.5)
    axes.set_ylabel(y, color=TEXT, fontsize=8.5)
    axes.tick_params(colors=TEXT, labelsize=8.5, length=3)
    for side in ("right", "top"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(TEXT)
    axes.grid(axis="y", color=TEXT, alpha=0.12, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)


def _name_the_ends(axes: "Axes", ends: list[tuple[float, float, str, str]], tall: float) -> None:
    """The name of each series beside its last point; names that would collide move up."""
    most = axes.get_ylim()[1]
    below = -float("inf")
    for value, at, name, colour in sorted(ends):
        spot = max(value, below + LINE / tall * most)
        below = spot
        axes.annotate(
            name,
            (at, spot),
            (10, 0),
            textcoords="offset points",
            color=colour,
            fontsize=9,
            fontweight="bold",
            va="center",
            annotation_clip=False,
        )


def _head(figure: Any, height: float, title: str, said: str, dashed: bool, found: Mapping[str, Any]) -> None:
    y = 8.0
    if title:
        figure.text(8 / WIDTH, 1 - y / height, title, color=TEXT, fontsize=10, fontweight="bold", va="top")
        y += 20
    for line in said.splitlines():
        figure.text(8 / WIDTH, 1 - y / height, line, color=TEXT, fontsize=9, va="top")
        y += 18
    several = any(len(values) > 1 for points in found.values() for values in points.values())
    key = ["marker: median, bar: least to greatest"] if several else ["marker: measured"]
    key += ["dashed: what the model says"] if dashed else []
    figure.text(8 / WIDTH, 1 - y / height, "; ".join(key), color=TEXT, fontsize=8.5, va="top")
