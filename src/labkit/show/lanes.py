"""The picture of the course: a lane for each worker, a bar for each request."""

import heapq
import html
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from labkit.show.picture import TEXT, WIDTH, Picture, new_figure
from labkit.show.predict import beside
from labkit.trace import Request, Trace, in_words, rate_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From the colour-blind-safe set of Okabe and Ito; told apart by height and shape as well.
WORK, WAIT, FAIL, UNKNOWN = "#0072B2", "#8c8c8c", "#D55E00", "#009E73"
STAY = "#9CCEED"  # a paler WORK: inside the application, whatever it does there
LAYER = {WAIT: 2, UNKNOWN: 3, STAY: 3, WORK: 4, FAIL: 5}

# All in CSS pixels.
RIGHT = 16
ROW, THINNEST = 14, 4  # height of a bar's row: wished for, and the least that can be read
BUDGET, PANEL_BUDGET = 380, 230  # height for the rows of a picture, and of one panel of several
LANE = 34  # least height of a lane: two lines of label
GAP = 6
MOST = 1000  # requests: of more, the waiting is counted in a strip and not drawn one by one
LONGEST = 32  # letters of a lane's label
QUEUE = 64  # height of the strip that counts the waiting requests
HEADING = 26
MARK = 14  # height of a line above a trace where its marks are named
LETTER = 6.8  # width of a letter of such a name
FOOT = 44
NOTABLE = 0.18  # share of the time that a worker must be missing, at its beginning or end, before that is drawn
MOST_CHANGES = 6  # of workers that came or went, in words
SHARES = 8  # heights that the share of computing is rounded to; less than half of one is not drawn
SEEN = 1.2  # a bar is never narrower than this, nor is a gap drawn that is

Box = tuple[float, float, float, float]  # x0, x1 in seconds; y0, y1 in pixels from the top
Entry = tuple[str, str, str, int, str]  # of the legend: kind, label, colour, width of the line, marker
ENTRIES: tuple[Entry, ...] = (
    ("queue", "how many wait", WAIT, 9, ""),
    ("wait", "waiting outside", WAIT, 2, ""),
    ("work", "inside the application", WORK, 8, ""),
    ("stay", "inside the application", STAY, 8, ""),
    ("cpu", "computing, by height", WORK, 5, ""),
    ("unknown", "asked until answered", UNKNOWN, 5, ""),
    ("fail", "failed", FAIL, 2, "x"),
    ("life", "a worker's first or last", TEXT, 0, "|"),
)


def lanes(
    trace: Trace,
    predicted: Any = None,
    title: str | None = None,
    marks: Iterable[tuple[float, str]] = (),
) -> Picture:
    """Draw a lane for each worker and in it a bar for each request, from its planned moment to its answer.

    A thin grey line is waiting, a thick blue bar is time inside the application (as stamped, see
    labkit.stamp), a cross is a failure. Where the stamps say how long it computed, the bar is pale, and the dark part
    of its height is the share of computing: the bar of a request that only sleeps is pale, and four threads that
    share one core are a quarter dark each. Requests of one worker that overlap lie below each other. A worker
    that came late or went early has a lane no longer than from its first request to its last. A queue too
    deep to draw line by line becomes a strip that counts it.

    predicted: what `predict(...)` gave, or any value, to set beside what happened. title: instead of the
    trace's. marks: (seconds, label) of moments to point at, besides those of the trace. Returns a Picture.
    """
    heading = trace.title if title is None else title
    marks = sorted([*trace.marks, *marks])
    words = in_sentences(trace, heading, marks)
    said = beside(predicted, _findings(trace))
    return _draw([_Panel("", "", trace, BUDGET, marks)], heading, said, words, "")


def compare(traces: Mapping[str, Trace], title: str | None = None, predicted: Any = None) -> Picture:
    """Draw several traces one under another on one time scale, each with its figures; a table follows.

    traces: name -> Trace, drawn in this order, each from its own second 0. title: above all of them.
    predicted: what `predict(...)` gave, to set beside what happened. Returns a Picture.
    Raises ValueError when there is nothing to compare.
    """
    if not traces:
        raise ValueError("there is nothing to compare: give compare a dict such as {'sync 1': trace}")
    budget = max(90, min(PANEL_BUDGET, 900 // len(traces)))
    panels = [_Panel(str(name), _figures(trace), trace, budget, sorted(trace.marks)) for name, trace in traces.items()]
    said = beside(predicted, "see the figures of each")
    lines = [
        title,
        *(f"{name}: {in_sentences(trace, '', trace.marks)}" for name, trace in traces.items()),
    ]
    return _draw(panels, title or "", said, "\n".join(filter(None, lines)), _table(traces))


def in_sentences(trace: Trace, title: str, marks: Iterable[tuple[float, str]] = ()) -> str:
    """What the picture of `trace` shows, for who cannot see it."""
    summary = trace.summary()
    marks = list(marks)
    workers = [lane for lane in _lanes_of(trace, marks) if lane.rows[0].worker is not None]
    said = [f"{title}." if title else ""]
    if workers:
        shares = ", ".join(f"{lane.label} served {len(lane.rows)}" for lane in workers[:8])
        said.append(f"{_count(len(workers), 'worker')}: {shares}{', and others' if len(workers) > 8 else ''}.")
    said.append(f"{_count(summary.count, _what(trace))}, {summary.failures or 'none'} failed")
    if summary.reasons:
        said[-1] += f" ({'; '.join(f'{count} x {words}' for words, count in summary.reasons[:4])})"
    said[-1] += "."
    if summary.overlap is not None:
        were = "was" if summary.overlap == 1 else "were"
        said.append(f"At most {summary.overlap} {were} inside the application at once.")
    if stays := [row for row in trace if _computing(row) is not None]:
        inside, cpu = sum(row.left - row.entered for row in stays), sum(row.cpu for row in stays)
        said.append(f"Of {in_words(inside)} inside it, {in_words(cpu)} were computing.")
    if summary.median is not None and summary.max is not None and trace.mode != "idle":
        half, slowest = in_words(summary.median), in_words(summary.max)
        said.append(f"Half were answered within {half}, the slowest took {slowest}.")
    said += [f"{label} at {in_words(at)}." for at, label in marks]
    changes = [(lane.first, f"{lane.label} began with its first") for lane in workers[:8] if lane.first is not None]
    changes += [(lane.last, f"{lane.label} was done with its last") for lane in workers[:8] if lane.last is not None]
    said += [f"{words[0].upper()}{words[1:]} at {in_words(at)}." for at, words in sorted(changes)[:MOST_CHANGES]]
    if len(changes) > MOST_CHANGES:
        said.append(f"And {len(changes) - MOST_CHANGES} more comings and goings.")
    return " ".join(filter(None, said))


def _findings(trace: Trace) -> str:
    summary = trace.summary()
    found = [f"at most {summary.overlap} at once"] if summary.overlap is not None else []
    found.append(f"{rate_in_words(summary.throughput)} answers a second")
    if summary.median is not None:
        found.append(f"median {in_words(summary.median)}")
    if answered := [row.done for row in trace if row.latency is not None and row.done is not None]:
        found.append(f"the last after {in_words(max(answered))}")
    found.append(f"{summary.failures or 'none'} of {summary.count} failed")
    return ", ".join(found)


def _figures(trace: Trace) -> str:
    """The findings, as short as a heading has to be."""
    summary = trace.summary()
    found = [f"{summary.overlap} at once"] if summary.overlap is not None else []
    found.append(f"{rate_in_words(summary.throughput)}/s")
    found += [f"median {in_words(summary.median)}"] if summary.median is not None else []
    found.append(f"{summary.failures} of {summary.count} failed")
    return " \u00b7 ".join(found)


def _what(trace: Trace) -> str:
    return "connection" if trace.mode == "idle" else "request"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _table(traces: Mapping[str, Trace]) -> str:
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("", "requests", "failed", "answers a second", "median", "slowest", "most at once")
    )
    body = ""
    for name, trace in traces.items():
        summary = trace.summary()
        cells = [
            str(summary.count),
            str(summary.failures),
            rate_in_words(summary.throughput),
            in_words(summary.median) if summary.median is not None else "-",
            in_words(summary.max) if summary.max is not None else "-",
            str(summary.overlap) if summary.overlap is not None else "not known",
        ]
        values = "".join(f"<td>{each}</td>" for each in cells)
        body += f'<tr><th scope="row">{html.escape(name)}</th>{values}</tr>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass
class _Lane:
    """One worker, or those whom nobody served: its requests, each with the row it lies in."""

    label: str
    rows: list[Request]
    first: float | None = None  # second at which a worker that came late began with its first request
    last: float | None = None  # second at which a worker that went early was done with its last one
    at: list[int] = field(default_factory=list)
    depth: int = 0
    top: float = 0.0
    height: float = 0.0
    pitch: float = 0.0  # height of one row


@dataclass
class _Panel:
    """One trace and where it is drawn."""

    name: str
    findings: str
    trace: Trace
    budget: int
    marks: Sequence[tuple[float, str]]
    lanes: list[_Lane] = field(init=False)
    levels: list[int] = field(default_factory=list)  # of the label of each mark, counted upwards
    dense: bool = False
    top: float = 0.0
    queue_top: float = 0.0
    bottom: float = 0.0

    def __post_init__(self) -> None:
        self.lanes = _lanes_of(self.trace, self.marks)
        for (
            lane
        ) in self.lanes:  # a mark that names a worker, such as kill -9 4711, has seen it later than its last answer
            named = [at for at, label in self.marks if str(lane.rows[0].worker) in label.split()]
            if lane.last is not None and named:
                lane.last = max(lane.last, *named)

    def place(self, top: float, per_second: float) -> float:
        """Decide what lies where, from `top` downwards; returns the bottom."""
        self.levels, height = _levels(self.marks, per_second)
        for lane in self.lanes:
            lane.at, lane.depth = _stack((row.planned, _end(row)) for row in lane.rows)
        too_deep = sum(lane.depth for lane in self.lanes) * THINNEST > self.budget
        self.dense = too_deep or len(self.trace) > MOST
        if self.dense:  # the waiting ones go into the strip: what is left is what each worker did
            for lane in self.lanes:
                lane.rows = [row for row in lane.rows if row.entered is not None or row.failed]
                lane.at, lane.depth = _stack(_inside(row) for row in lane.rows)
            self.lanes = [lane for lane in self.lanes if lane.rows]
        pitch = min(ROW, max(THINNEST, self.budget / max(1, sum(lane.depth for lane in self.lanes))))
        self.top = top
        top += (HEADING if self.name else 0) + MARK * height + (4 if height else 0)
        self.queue_top = top
        top += QUEUE + GAP if self.dense else 0
        for lane in self.lanes:
            # Hundreds of failures at once must not make a picture of metres.
            limit = self.budget / len(self.lanes)
            lane.pitch = min(pitch, limit / max(1, lane.depth)) if self.dense else pitch
            lane.top, lane.height = top, max(LANE, lane.depth * lane.pitch + 4)
            top += lane.height + GAP
        self.bottom = top
        return top


def _lanes_of(trace: Trace, marks: Iterable[tuple[float, str]] = ()) -> list[_Lane]:
    hosts = {row.host for row in trace if row.host is not None}
    unstamped = all(row.worker is None for row in trace)
    found: dict[tuple[int, str, bool, Any], _Lane] = {}
    for row in trace:
        key: tuple[int, str, bool, Any] = (1, "", False, 0)
        if row.worker is not None:
            host = str(row.host) if len(hosts) > 1 else ""
            key = (0, host, isinstance(row.worker, str), row.worker)
            label = f"{host} / {row.worker}" if host else f"worker {row.worker}"
        elif unstamped and not row.failed:
            label = "connections" if trace.mode == "idle" else "no stamps"
        elif row.status is not None:
            key, label = (2, "", False, 0), "worker not known"
        else:
            key, label = (3, "", False, 0), "no answer"
        found.setdefault(key, _Lane(label, [])).rows.append(row)
    lanes = [found[key] for key in sorted(found)]
    moments = [at for at, _ in marks]
    for lane in lanes:
        lane.first, lane.last = _missing(lane.rows, trace, moments)
    return lanes


def _missing(rows: Iterable[Request], trace: Trace, moments: Iterable[float] = ()) -> tuple[float | None, float | None]:
    """The moments between which a worker served these rows; None where it was there from the beginning, or to the end.

    A trace does not know when a process was born. Its first and last request are what can be seen of it. Who served
    nobody before the first of the marks (`moments`) came with what was done then, however early that was.
    """
    inside = [_inside(row) for row in rows if row.entered is not None]
    if not inside:
        return None, None
    begin, end = min(row.planned for row in trace), max(_end(row) for row in trace)
    first, last = min(span[0] for span in inside), max(span[1] for span in inside)
    # One that waits for its turn is not missing.
    typical = sorted(span[1] - span[0] for span in inside)[len(inside) // 2]
    least = max(NOTABLE * (end - begin), 2 * typical)
    came = first - begin > least or any(begin + 2 * typical < at < first for at in moments)
    return first if came else None, last if end - last > least else None


def _stack(intervals: Iterable[tuple[float, float]]) -> tuple[list[int], int]:
    """A row for each interval, so that those in one row do not overlap; and how many rows that takes."""
    spans = list(intervals)
    at = [0] * len(spans)
    busy: list[tuple[float, int]] = []  # (end, row)
    free: deque[int] = deque()  # the row that was left first is taken first: a queue then looks like stairs
    depth = 0
    for index in sorted(range(len(spans)), key=lambda i: spans[i]):
        begin, end = spans[index]
        while busy and busy[0][0] <= begin:
            free.append(heapq.heappop(busy)[1])
        if free:
            row = free.popleft()
        else:
            row, depth = depth, depth + 1
        at[index] = row
        heapq.heappush(busy, (max(begin, end), row))
    return at, depth


def _levels(marks: Sequence[tuple[float, str]], per_second: float) -> tuple[list[int], int]:
    """A line for the label of each mark, so that none covers another; and how many lines that takes."""
    return _stack((at, at + LETTER * (len(label) + 1) / per_second) for at, label in marks)


def _end(row: Request) -> float:
    return max(moment for moment in (row.done, row.left, row.planned) if moment is not None)


def _inside(row: Request) -> tuple[float, float]:
    """When the request was inside the application; a streamed answer is taken to be so until its end."""
    if row.entered is None:
        return row.planned, _end(row)
    return row.entered, row.left if row.left is not None else _end(row)


def _computing(row: Request) -> float | None:
    """The share of its time inside the application in which the request computed, rounded; None if it is not known."""
    if row.cpu is None or row.entered is None or row.left is None or row.left <= row.entered:
        return None
    return round(row.cpu / (row.left - row.entered) * SHARES) / SHARES


class _Shapes:
    """Boxes by kind, and crosses, to be drawn as one path each: a thousand bars are a few elements."""

    def __init__(self, per_second: float) -> None:
        self.boxes: dict[str, list[Box]] = {STAY: [], WORK: [], WAIT: [], FAIL: [], UNKNOWN: []}
        self.crosses: list[tuple[float, float]] = []
        self.per_second = per_second

    def bar(self, kind: str, span: tuple[float, float], middle: float, height: float) -> None:
        if height <= 0:
            return
        self.boxes[kind].append((*span, middle - height / 2, middle + height / 2))

    def onto(self, axes: "Axes") -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        for colour, boxes in self.boxes.items():
            merged = _merge(boxes, SEEN / self.per_second)
            if not merged:
                continue
            corners = [
                corner for x0, x1, y0, y1 in merged for corner in ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))
            ]
            codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(merged)
            bars = PathPatch(Path(corners, codes), facecolor=colour, edgecolor="none", zorder=LAYER[colour])
            axes.add_patch(bars)
        if self.crosses:
            # Crosses that would fall onto one another are one cross.
            spots = {(round(x * self.per_second / 3), round(y / 3)): (x, y) for x, y in self.crosses}
            xs, ys = zip(*spots.values(), strict=True)
            axes.plot(xs, ys, "x", color=FAIL, markersize=6, markeredgewidth=1.8, zorder=7, clip_on=False)


def _merge(boxes: list[Box], least: float) -> list[Box]:
    """Bars too narrow to be told apart, drawn as one whose height says how much of its width they fill."""
    merged: list[Box] = []
    group: list[Box] = []

    def close() -> None:
        if len(group) == 1:
            merged.extend(group)
        elif group:
            x0, x1 = group[0][0], max(box[1] for box in group)
            y0, y1 = group[0][2:]
            filled = min(1.0, sum(box[1] - box[0] for box in group) / max(x1 - x0, least))
            half = max(0.5, (y1 - y0) * filled / 2)
            merged.append((x0, max(x1, x0 + least), (y0 + y1) / 2 - half, (y0 + y1) / 2 + half))
        group.clear()

    for box in sorted(boxes, key=lambda box: (box[2], box[3], box[0])):
        alike = group and group[0][2:] == box[2:]
        if not (alike and box[0] - group[-1][1] < least and box[1] - group[0][0] < 8 * least):
            close()
        group.append(box)
    close()
    return [(x0, max(x1, x0 + least), y0, y1) for x0, x1, y0, y1 in merged]


def _draw(
    panels: list[_Panel],
    title: str,
    said: str,
    words: str,
    extra: str,
) -> Picture:
    """Draw the traces. said: of the prediction, drawn above them; words: the finding, which stands below."""
    top = (24 if title else 6) + 18 * len(said.splitlines()) + 26
    upper = top - GAP / 2
    left = _left_margin(panels)
    moments = [_end(row) for panel in panels for row in panel.trace]
    moments += [at for panel in panels for at, _ in panel.marks]
    end = max([*moments, 0.001]) * 1.005
    per_second = (WIDTH - left - RIGHT) / end
    for panel in panels:
        top = panel.place(top, per_second)
    height = top + FOOT

    figure = new_figure(height)
    plot = (left / WIDTH, FOOT / height, (WIDTH - left - RIGHT) / WIDTH, (top - upper) / height)
    axes = figure.add_axes(plot)
    axes.set_xlim(0, end)
    axes.set_ylim(top, upper)
    _time_axis(axes, end)

    kinds: set[str] = set()
    for panel in panels:
        kinds |= _draw_panel(axes, panel, per_second)
    _head(figure, height, title, said, kinds)
    alt = "\n".join(filter(None, [words, said]))
    return Picture.of(figure, alt, extra, caption=words)


def _draw_panel(axes: "Axes", panel: _Panel, per_second: float) -> set[str]:
    """Draw one trace; returns which kinds of mark it holds."""
    shapes = _Shapes(per_second)
    kinds: set[str] = set()
    if panel.name:
        _heading(axes, panel.name, panel.findings, panel.top + HEADING / 2 + 2)
    if panel.dense:
        _draw_queue(axes, panel, per_second)
        kinds.add("queue")
    for lane in panel.lanes:
        kinds |= _draw_ground(axes, lane)
        middle = lane.top + lane.height / 2
        _label(axes, _cut(lane.label, LONGEST), middle - 7)
        _label(axes, _count(len(lane.rows), _what(panel.trace)), middle + 7, size=7.5)
        offset = lane.top + (lane.height - lane.depth * lane.pitch) / 2 + lane.pitch / 2
        for row, at in zip(lane.rows, lane.at, strict=True):
            kinds |= _draw_row(shapes, row, offset + at * lane.pitch, lane.pitch, panel.dense)
    shapes.onto(axes)
    _draw_marks(axes, panel, per_second)
    return kinds


def _draw_ground(axes: "Axes", lane: _Lane) -> set[str]:
    """The ground of a lane, for as long as its worker was seen; a bar where that began or ended."""
    from matplotlib.patches import Rectangle

    left, right = axes.get_xlim()
    begin, end = left if lane.first is None else lane.first, right if lane.last is None else lane.last
    axes.add_patch(
        Rectangle((begin, lane.top), end - begin, lane.height, facecolor=TEXT, alpha=0.05, linewidth=0, zorder=0)
    )
    edges = [at for at in (lane.first, lane.last) if at is not None]
    axes.vlines(edges, lane.top, lane.top + lane.height, color=TEXT, linewidth=1.6, zorder=3)
    return {"life"} if edges else set()


def _draw_row(shapes: _Shapes, row: Request, y: float, pitch: float, dense: bool) -> set[str]:
    thick, thin = max(1.0, 0.78 * pitch), max(1.0, 0.22 * pitch)
    kinds = set()
    if row.entered is not None:
        if not dense:
            shapes.bar(WAIT, (row.planned, _end(row)), y, thin)
            kinds.add("wait")
        if row.failed or (share := _computing(row)) is None:
            shapes.bar(FAIL if row.failed else WORK, _inside(row), y, thick)
            kinds.add("work")
        else:
            shapes.bar(STAY, _inside(row), y, thick)
            shapes.bar(WORK, _inside(row), y + thick * (1 - share) / 2, thick * share)  # it stands on the bottom
            kinds |= {"stay", "cpu"} if share else {"stay"}
    elif row.failed:
        shapes.bar(FAIL, (row.planned, _end(row)), y, thin)
    else:
        shapes.bar(UNKNOWN, (row.planned, _end(row)), y, 0.5 * pitch)
        kinds.add("unknown")
    if row.failed:
        shapes.crosses.append((_end(row), y))
        kinds.add("fail")
    return kinds


def _draw_queue(axes: "Axes", panel: _Panel, per_second: float) -> None:
    """A strip that counts, at each moment, the requests that wait to be let into the application."""
    events = sorted(
        event
        for row in panel.trace
        for event in ((row.planned, 1), (row.entered if row.entered is not None else _end(row), -1))
    )
    xs, counts, now = [0.0], [0], 0
    for at, step in events:
        now += step
        if (at - xs[-1]) * per_second < SEEN:
            counts[-1] = max(counts[-1], now) if step > 0 else counts[-1]
        if (at - xs[-1]) * per_second >= SEEN or at == events[-1][0]:
            xs.append(at)
            counts.append(now)
    most = max(counts)
    base = panel.queue_top + QUEUE
    axes.axhspan(panel.queue_top, base, facecolor=TEXT, alpha=0.05, linewidth=0, zorder=0)
    heights = [base - count / max(1, most) * (QUEUE - 4) for count in counts]
    axes.fill_between(xs, heights, base, step="post", facecolor=WAIT, linewidth=0, zorder=2)
    middle = panel.queue_top + QUEUE / 2
    _label(axes, "waiting", middle - 7)
    _label(axes, f"at most {most}", middle + 7, size=7.5)


def _draw_marks(axes: "Axes", panel: _Panel, per_second: float) -> None:
    """A dashed line at each mark, and its label above the lanes; labels that would collide go a line up."""
    right = axes.get_xlim()[1]
    for (at, label), level in zip(panel.marks, panel.levels, strict=True):
        y = panel.queue_top - 4 - level * MARK
        axes.plot([at, at], [y, panel.bottom - GAP], color=TEXT, linewidth=1, linestyle=(0, (4, 3)), zorder=6)
        leftwards = (right - at) * per_second < LETTER * len(label)
        where = "right" if leftwards else "left"
        x = at + (-3 if leftwards else 3) / per_second
        axes.text(x, y, label, color=TEXT, fontsize=8, fontweight="bold", ha=where, va="bottom")


def _heading(axes: "Axes", name: str, findings: str, y: float) -> None:
    """The name of a trace, from the left edge, and its figures."""
    name = _cut(name, 32)
    start = -(WIDTH * axes.get_position().x0 - 8) / _plot_width(axes)
    at = start + (8.2 * len(name) + 14) / _plot_width(axes)
    for x, text, weight in ((start, name, "bold"), (at, findings, "normal")):
        axes.text(
            x,
            y,
            text,
            transform=axes.get_yaxis_transform(),
            va="center",
            color=TEXT,
            fontsize=9,
            fontweight=weight,
        )


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(1, room - 1)] + "\u2026"


def _head(
    figure: Any, height: float, title: str, said: str, kinds: set[str], entries: Sequence[Entry] = ENTRIES
) -> None:
    from matplotlib.lines import Line2D

    y = 8.0
    if title:
        figure.text(8 / WIDTH, 1 - y / height, _cut(title, 96), color=TEXT, fontsize=10, fontweight="bold", va="top")
        y += 20
    for line in said.splitlines():
        figure.text(8 / WIDTH, 1 - y / height, _cut(line, 120), color=TEXT, fontsize=9, va="top")
        y += 18
    shown = [
        (
            label,
            Line2D(
                [],
                [],
                color=colour,
                linewidth=thick,
                marker=marker,
                markersize=6,
                markeredgewidth=1.8,
                solid_capstyle="butt",
            ),
        )
        for kind, label, colour, thick, marker in entries
        if kind in kinds
    ]
    if shown:
        labels, handles = zip(*shown, strict=True)
        figure.legend(
            handles,
            labels,
            loc="upper left",
            bbox_to_anchor=(2 / WIDTH, 1 - (y - 5) / height),
            ncols=len(shown),
            frameon=False,
            labelcolor=TEXT,
            fontsize=8.5,
            handlelength=1.8,
            columnspacing=1.6,
            borderaxespad=0,
        )


def _label(axes: "Axes", text: str, y: float, size: float = 9.0) -> None:
    """A label to the left of the plot."""
    x = -8 / _plot_width(axes)
    axes.text(x, y, text, transform=axes.get_yaxis_transform(), ha="right", va="center", color=TEXT, fontsize=size)


def _plot_width(axes: "Axes") -> float:
    return axes.get_position().width * WIDTH


def _left_margin(panels: list[_Panel]) -> float:
    longest = max((len(lane.label) for panel in panels for lane in panel.lanes), default=0)
    return max(96.0, 7.2 * min(longest, LONGEST) + 22)


def _time_axis(axes: "Axes", end: float, since: str = "the load began") -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    in_ms = end < 1.5
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at * 1000:g}" if in_ms else f"{at:g}"))
    axes.set_xlabel(f"{'milliseconds' if in_ms else 'seconds'} since {since}", color=TEXT, fontsize=8.5)
    axes.tick_params(axis="x", colors=TEXT, labelsize=8.5, length=3)
    axes.set_yticks([])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(TEXT)
    axes.grid(axis="x", color=TEXT, alpha=0.12, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
