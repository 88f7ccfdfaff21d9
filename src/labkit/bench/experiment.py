"""One experiment: a real gunicorn, an application that computes and waits, a load, and what came of it."""

import importlib.util
import math
import threading
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import psutil

from labkit import serve
from labkit.load.fast import plan_flood, plan_steady
from labkit.load.run import Plan
from labkit.load.run import Run as Load
from labkit.trace import Trace

APPLICATION = Path(__file__).parent / "files"  # nothing else is in it, so no gunicorn.conf.py of the reader's is read
CROWDED = 0.4  # share of the machine that other programs use before a run says so
CLASSES = ("sync", "gthread", "gevent")


@dataclass(frozen=True)
class Range:
    """What a setting may be: from `least` to `most`, in `unit`; `whole` numbers only or not."""

    least: float
    most: float
    unit: str
    whole: bool = True


# Where the limits come from: every combination of them ends within half a minute, fits into a laptop that others use
# too, and gives a picture that is drawn within seconds.
RANGES = {
    "workers": Range(1, 20, "worker processes"),  # 2 x cores + 1 of an eight-core machine is 17; each takes about 15 MB
    "threads": Range(1, 64, "threads of each worker"),
    "cpu_ms": Range(0, 500, "milliseconds of CPU time a request", whole=False),
    "wait_ms": Range(
        0, 2000, "milliseconds of waiting a request", whole=False
    ),  # with cpu_ms far below gunicorn's timeout of 30 s
    "clients": Range(1, 200, "clients that ask at the same time"),
    "rate": Range(
        0.5, 200, "requests that arrive each second", whole=False
    ),  # times 10 s: what one process may hold open
    "seconds": Range(0.5, 10, "seconds that the load lasts", whole=False),
}


@dataclass(frozen=True)
class Settings:
    """What an experiment is made of; the arguments of `run`.

    Raises:
        ValueError: a value is out of its range, in one sentence for each.
    """

    workers: int = 3
    worker_class: str = "sync"
    threads: int = 1
    cpu_ms: float = 0
    wait_ms: float = 100
    clients: int = 12
    rate: float | None = None
    seconds: float = 2.0

    def __post_init__(self) -> None:
        wrong = [_out_of_range(each.name, getattr(self, each.name)) for each in fields(self) if each.name in RANGES]
        wrong.append(_unknown_class(self.worker_class))
        if any(wrong):
            raise ValueError(" ".join(filter(None, wrong)))

    @property
    def runs_as(self) -> str:
        """The worker class that serves: gunicorn takes gthread for sync as soon as there are several threads."""
        return "gthread" if self.worker_class == "sync" and self.threads > 1 else self.worker_class

    @property
    def name(self) -> str:
        """Class, workers and threads: `sync 3 x 1`; `gevent 3`, as gevent does not use threads."""
        return f"{self.runs_as} {self.workers}" + f" x {self.threads}" * (self.worker_class != "gevent")

    @property
    def work(self) -> str:
        """What each request does, in words."""
        parts = [f"{self.cpu_ms:g} ms CPU"] * bool(self.cpu_ms) + [f"{self.wait_ms:g} ms wait"] * bool(self.wait_ms)
        return " + ".join(parts) or "nothing"

    @property
    def load(self) -> str:
        """Who asks, in words."""
        many = f"{self.clients} client{'s' * (self.clients > 1)}" if self.rate is None else f"{self.rate:g} a second"
        return f"{many}, {self.seconds:g} s"

    def notes(self) -> list[str]:
        """What to know about this combination, in sentences; empty for most."""
        said = []
        if self.worker_class == "sync" and self.threads > 1:
            said.append(
                f"A sync worker has one thread. With threads = {self.threads} gunicorn takes the class gthread instead, "
                "and this run is one of gthread."
            )
        if self.worker_class == "gevent" and self.threads > 1:
            said.append(
                f"gevent does not use threads = {self.threads}: all requests of a worker share one thread, and take "
                "turns when they wait."
            )
        if self.rate is None and self.worker_class != "gevent" and self.clients < self.workers * self.threads:
            room = f"{self.workers} x {self.threads}"
            clients = f"{self.clients} client{'s have' if self.clients > 1 else ' has'}"
            said.append(f"{clients} at most {self.clients} requests under way: fewer than {room} could take.")
        if not self.cpu_ms and not self.wait_ms:
            said.append("A request that does nothing shows how fast the client is, not the server.")
        return said

    def plan(self, url: str) -> Plan:
        """The load on the server at `url`."""
        target = f"{url}/?cpu_ms={self.cpu_ms:g}&wait_ms={self.wait_ms:g}"
        if self.rate is not None:
            return plan_steady(target, self.rate, self.seconds)
        return plan_flood(target, self.clients, self.seconds)


@dataclass(frozen=True, repr=False)
class Run:
    """An experiment that has come to its end.

    Attributes:
        settings: what it was made of.
        trace: a row for each request.
        cores: CPU seconds that arbiter and workers used, over the seconds of the load: 1.0 is one core, all the time.
        others: the same of everything else that ran on this machine, without the client that put the load on.
    """

    settings: Settings
    trace: Trace
    cores: float
    others: float = 0.0

    @property
    def name(self) -> str:
        """What its settings are called: `sync 3 x 1`."""
        return self.settings.name

    @property
    def overlap(self) -> int | None:
        """The most requests that were inside the application at one moment; None when nothing was answered."""
        return self.trace.summary().overlap

    @property
    def throughput(self) -> float:
        """Good answers a second."""
        return self.trace.summary().throughput

    @property
    def failures(self) -> int:
        """How many requests failed."""
        return self.trace.summary().failures

    def notes(self) -> list[str]:
        """What to know about these settings and this run, in sentences; empty for most."""
        said = [*self.settings.notes()]
        if self.others > CROWDED * (psutil.cpu_count() or 1):
            said.append(
                "Other programs kept this machine busy meanwhile: all took longer, and what computes got less CPU."
            )
        said += [f"{count} x {words}." for words, count in self.trace.summary().reasons[:4]]
        return said

    def __repr__(self) -> str:
        from .table import table

        return str(table([self]))

    def _repr_html_(self) -> str:
        from .table import table

        return table([self])._repr_html_()


class Stopped(Exception):
    """The experiment was stopped before its end."""


class Experiment:
    """An experiment that can be watched and stopped from another thread than it runs in."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.phase = "starting gunicorn"
        self._lock = threading.Lock()
        self._stopped = False
        self._load: Load | None = None

    def run(self, show: bool = False) -> Run:
        """Start the server, drive it, end it. show: with a progress bar, if it is long.

        Raises:
            Stopped: `stop()` was called. Server and load have ended then.
            serve.ServerError: gunicorn did not start.
        """
        settings = self.settings
        with serve.Gunicorn(
            "busy:app",
            cwd=APPLICATION,
            env={"GUNICORN_CMD_ARGS": ""},  # the reader's own would be settings that nobody sees here
            workers=settings.workers,
            worker_class=settings.worker_class,
            threads=settings.threads,
        ) as server:
            before, began = _cpu_seconds(server), time.monotonic()
            with self._lock:
                if self._stopped:
                    raise Stopped
                self._load = Load(settings.plan(server.url))
            self.phase = "under load"
            self._load.wait(show)
            passed = time.monotonic() - began
            cores, others = ((now - then) / passed for now, then in zip(_cpu_seconds(server), before, strict=True))
            self.phase = "ending gunicorn"
        if self._stopped:
            raise Stopped
        title = f"{settings.name}: {settings.work} a request, {settings.load}"
        return Run(settings, replace(self._load.trace(), title=title), max(0.0, cores), max(0.0, others))

    def stop(self) -> None:
        """End the load now; `run` then ends the server and raises `Stopped`."""
        with self._lock:
            self._stopped = True
            load = self._load
        if load is not None:
            load.stop()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    @property
    def passed(self) -> float:
        """Seconds of the load so far, at most the seconds of the settings."""
        return min(self._load.now(), self.settings.seconds) if self._load is not None else 0.0


def run(
    workers: int = 3,
    worker_class: str = "sync",
    threads: int = 1,
    cpu_ms: float = 0,
    wait_ms: float = 100,
    clients: int = 12,
    rate: float | None = None,
    seconds: float = 2.0,
) -> Run:
    """Start a real gunicorn on an application that computes and waits, put it under load, end it, say what happened.

    Each request uses `cpu_ms` milliseconds of CPU time (not of the clock, so that it is the same work on a busy
    machine) and then waits `wait_ms` milliseconds, as for a database. The application is `labkit/bench/files/busy.py`.

    Args:
        workers, worker_class, threads: gunicorn's settings of these names; the class is sync, gthread or gevent.
        cpu_ms, wait_ms: milliseconds for each request.
        clients: so many ask again as soon as they have their answer (`load.flood`).
        rate: instead of clients, so many requests arrive a second, whatever comes of them (`load.steady`).
        seconds: how long requests are sent; those under way then are finished.

    Returns:
        The settings, the trace, and the cores that were used.

    Raises:
        ValueError: a value is out of its range (`bench.RANGES`), in words.
    """
    settings = Settings(workers, worker_class, threads, cpu_ms, wait_ms, clients, rate, seconds)
    return Experiment(settings).run(show=True)


def _cpu_seconds(server: serve.Gunicorn) -> tuple[float, float]:
    """CPU seconds so far: of arbiter and workers, and of all else but this process."""
    own = serve.cpu_seconds([*server.arbiters(), *server.workers()])
    client = psutil.Process().cpu_times()
    machine = psutil.cpu_times()
    # What a guest of this machine used is counted among user and nice as well (proc(5), /proc/stat).
    idle = ("idle", "iowait", "guest", "guest_nice")
    busy = sum(seconds for name, seconds in machine._asdict().items() if name not in idle)
    return own, busy - own - client.user - client.system


def _out_of_range(name: str, value: Any) -> str:
    """A sentence about a value that is not in its range; empty if it is."""
    allowed = RANGES[name]
    if name == "rate" and value is None:
        return ""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if number and allowed.least <= value <= allowed.most and (isinstance(value, int) or not allowed.whole):
        return ""
    said = f"{value:g}" if number else repr(value)
    kind = "a whole number" if allowed.whole else "a number"
    return f"{name} must be {kind} from {allowed.least:g} to {allowed.most:g} ({allowed.unit}), not {said}."


def _unknown_class(value: Any) -> str:
    """A sentence about a worker class that cannot be had; empty if it can."""
    if value not in CLASSES:
        return f"worker_class must be {', '.join(CLASSES[:-1])} or {CLASSES[-1]}, not {value!r}."
    if value == "gevent" and importlib.util.find_spec("gevent") is None:
        return (
            "worker_class gevent needs the package gevent, which is not installed here: pip install 'gunicorn[gevent]'."
        )
    return ""
