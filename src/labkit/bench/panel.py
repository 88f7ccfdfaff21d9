"""The bench as a panel of controls in a notebook."""

import html
import threading
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from labkit import show
from labkit.serve import ServerError
from labkit.trace import rate_in_words

from .experiment import CLASSES, RANGES, Experiment, Run, Settings, Stopped
from .table import table

LOOK_EVERY = 0.2  # seconds between two looks at a run under way
LABELS = {
    "workers": "workers",
    "threads": "threads each",
    "cpu_ms": "CPU, ms",
    "wait_ms": "waiting, ms",
    "clients": "clients",
    "rate": "requests a second",
    "seconds": "seconds",
}
LABEL_WIDTH = dict.fromkeys(("clients", "rate", "seconds"), 200)  # CSS pixels; the others' are narrower
CLIENTS, RATE = "clients that ask again", "arrivals at a fixed rate"
START_RATE = 20.0  # requests a second that the control offers when the panel was made for clients
READY = "Nothing runs yet. Choose, then press Run: with the mouse, or with tab and the space bar."
UNDER_WAY = "A run is under way. Wait for its end, or press Stop."
NOT_UNDER_WAY = "There is nothing to stop."
STOPPING = "Stopping."
STOPPED = "Stopped: the server and the load have ended. A run that was stopped is not in the table."


class Panel:
    """Controls for `bench.run`: settings, Run and Stop, the lanes of the last run and a table of all.

    A notebook shows it as the last expression of a cell; where there are no controls it is words that say how to do the
    same in code. It starts nothing by itself. A run works in threads of its own, so the kernel stays free: other cells
    can be run meanwhile. (A button that is pressed while a cell runs is heard when the cell has ended.)

    Attributes:
        runs: the runs that came to their end, oldest first; those that were stopped are left out.
    """

    def __init__(self, given: dict[str, Any]) -> None:
        self.runs: list[Run] = []
        self._given, self._greeting = given, READY
        try:
            Settings(**given)
        except ValueError as problem:
            self._given, self._greeting = asdict(Settings()), f"{problem} So the panel begins with its defaults."
        self._lock = threading.Lock()
        self._experiment: Experiment | None = None
        self._box: Any = None
        try:
            import ipywidgets
        except ImportError:
            return
        self._build(ipywidgets)

    def __str__(self) -> str:
        """How to do the same in code."""
        arguments = ", ".join(f"{name}={value!r}" for name, value in self._given.items())
        return "\n".join(
            [
                "The bench: its controls need a notebook that shows widgets. The same in code:",
                f"    run = bench.run({arguments})",
                "    show.lanes(run.trace)",
                "    bench.table([run])",
            ]
        )

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown = {} if self._box is None else self._box._repr_mimebundle_()
        return {**shown, "text/plain": str(self)}

    # the controls

    def _build(self, widgets: Any) -> None:
        """Number fields and buttons only: in JupyterLab the arrow keys of sliders, lists and radio buttons go to the
        next cell, and fields with bounds of their own would change what was typed without a word."""
        field = self._fields = {name: _field(widgets, name, self._given[name]) for name in RANGES}
        self._class = _buttons(widgets, CLASSES, self._given["worker_class"], "worker class")
        self._load = _buttons(widgets, (CLIENTS, RATE), CLIENTS if self._given["rate"] is None else RATE, "load")
        self._run = widgets.Button(description="Run", icon="play", button_style="primary")
        self._stop = widgets.Button(description="Stop", icon="stop")
        self._bar = widgets.FloatProgress(min=0, max=1, layout={"width": "240px", "display": "none"})
        self._notes, self._status, self._picture, self._table = (widgets.HTML() for _ in range(4))
        columns = [
            [widgets.HTML("<b>gunicorn</b>"), self._class, field["workers"], field["threads"]],
            [widgets.HTML("<b>Each request</b>"), field["cpu_ms"], field["wait_ms"]],
            [widgets.HTML("<b>Load</b>"), self._load, field["clients"], field["rate"], field["seconds"]],
        ]
        side_by_side = {"display": "flex", "flex_flow": "row wrap", "align_items": "flex-start"}
        self._box = widgets.VBox(
            [
                widgets.Box(
                    [widgets.VBox(column, layout={"margin": "0 32px 8px 0"}) for column in columns], layout=side_by_side
                ),
                self._notes,
                widgets.Box([self._run, self._stop, self._bar], layout=side_by_side),
                self._status,
                self._picture,
                self._table,
            ]
        )
        for control in (*field.values(), self._class, self._load):
            control.observe(self._changed, names="value")
        self._run.on_click(self._press_run)
        self._stop.on_click(self._press_stop)
        self._changed()
        self._say(self._greeting)

    def _settings(self) -> Settings:
        """What the controls say. Raises ValueError in words."""
        values = {name: each.value for name, each in self._fields.items()}
        values["worker_class"] = self._class.value
        if self._load.value == CLIENTS:
            values["rate"] = None
        else:
            values["clients"] = 1  # not asked for
        return Settings(**values)

    def _changed(self, change: Any = None) -> None:
        """Show the field that belongs to the kind of load, and what is to be said about the combination."""
        by_clients = self._load.value == CLIENTS
        self._fields["clients"].layout.display = None if by_clients else "none"
        self._fields["rate"].layout.display = "none" if by_clients else None
        try:
            settings = self._settings()
            said = [f"Set: {settings.name}. Each request: {settings.work}. Load: {settings.load}.", *settings.notes()]
        except ValueError as problem:
            said = [str(problem)]
        self._notes.value = _live(*said)

    def _say(self, words: str) -> None:
        self._status.value = _live(words)

    # a run

    def _press_run(self, button: Any = None) -> None:
        with self._lock:
            if self._experiment is not None:
                self._say(UNDER_WAY)
                return
            try:
                settings = self._settings()
            except ValueError as problem:
                self._say(f"Not started. {problem}")
                return
            self._experiment = experiment = Experiment(settings)
        threading.Thread(target=self._follow, args=[experiment], name="labkit panel", daemon=True).start()

    def _press_stop(self, button: Any = None) -> None:
        experiment = self._experiment
        if experiment is None:
            self._say(NOT_UNDER_WAY)
            return
        self._say(STOPPING)
        experiment.stop()

    def _follow(self, experiment: Experiment) -> None:
        """Run the experiment in one more thread, and show meanwhile how far it has come."""
        ended: list[Run | Exception] = []

        def work() -> None:
            try:
                ended.append(experiment.run())
            except Exception as problem:  # noqa: BLE001 - whatever it is, the reader gets it in words
                ended.append(problem)

        worker = threading.Thread(target=work, name="labkit bench", daemon=True)
        worker.start()
        self._bar.value, self._bar.max = 0, experiment.settings.seconds
        self._bar.layout.display = None
        self._run.description, self._run.icon = "Running", "hourglass"
        said = ""
        while worker.is_alive():
            words = f"{experiment.settings.name}: {experiment.phase}."
            if words != said and not experiment.stopped:  # a reader's screen reader says each once
                self._say(words)
                said = words
            self._bar.value = experiment.passed
            worker.join(LOOK_EVERY)
        try:
            self._show(ended[0])
        finally:
            self._bar.layout.display = "none"
            self._run.description, self._run.icon = "Run", "play"
            self._experiment = None

    def _show(self, outcome: Run | Exception) -> None:
        if isinstance(outcome, Stopped):
            self._say(STOPPED)
        elif isinstance(outcome, ServerError):
            self._say(f"gunicorn did not start: {outcome.summary}")
        elif isinstance(outcome, Exception):
            self._say(f"The run failed: {type(outcome).__name__}: {outcome}")
        else:
            self.runs.append(outcome)
            self._table.value = table(self.runs)._repr_html_()
            picture = show.lanes(outcome.trace)._repr_mimebundle_()["text/html"]
            # Controls have lines of the height of a button; a caption is text.
            self._picture.value = f'<div style="line-height:1.4;margin:8px 0">{picture}</div>'
            self._say(f"Run {len(self.runs)} has ended. {_finding(outcome)}")


def panel(
    workers: int = 3,
    worker_class: str = "sync",
    threads: int = 1,
    cpu_ms: float = 0,
    wait_ms: float = 100,
    clients: int = 12,
    rate: float | None = None,
    seconds: float = 2.0,
) -> Panel:
    """A panel of controls that runs experiments by hand; the arguments are where the controls begin, as for `run`.

    Let it be the last expression of a cell. "Run all" passes over it at once: it waits for its Run button. Where there
    are no widgets it is words that name `bench.run`.
    """
    return Panel(dict(locals()))


def _field(widgets: Any, name: str, value: float | None) -> Any:
    """A field for a number, with its range in its label."""
    allowed = RANGES[name]
    span = f"{allowed.least:g} to {allowed.most:g}"
    return (widgets.IntText if allowed.whole else widgets.FloatText)(
        value=START_RATE if value is None else value,
        description=f"{LABELS[name]} ({span})",
        tooltip=f"{LABELS[name]}: {allowed.unit}, {span}",
        style={"description_width": f"{LABEL_WIDTH.get(name, 160)}px"},
        layout={"width": f"{LABEL_WIDTH.get(name, 160) + 85}px"},
    )


def _buttons(widgets: Any, options: Sequence[str], chosen: str, what: str) -> Any:
    """A button for each option, of which one is down."""
    return widgets.ToggleButtons(
        options=list(options),
        value=chosen,
        tooltips=[f"{what}: {option}" for option in options],
        style={"button_width": "auto"},
        layout={"width": "auto"},
    )


def _live(*sentences: str) -> str:
    """A paragraph for each sentence, which a screen reader reads when they change."""
    paragraphs = "".join(f'<p style="margin:2px 0">{html.escape(sentence)}</p>' for sentence in sentences)
    return f'<div role="status" aria-live="polite" style="line-height:1.4">{paragraphs}</div>'


def _finding(run: Run) -> str:
    """What came of a run, for the status line."""
    summary = run.trace.summary()
    at_once = f"at most {run.overlap} at once, " if run.overlap is not None else ""
    rate = rate_in_words(run.throughput)
    return f"{run.name}: {at_once}{rate} answers a second, {run.failures or 'none'} of {summary.count} failed."
