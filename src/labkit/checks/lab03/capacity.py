"""lab03, first half: how many requests at once, in which workers, warm, and as large as the platform allows.

Exercises ``overlap``, ``kinds``, ``warm`` and ``sizing``. gunicorn runs an application that lets nobody out until it is
told to, so that those inside are counted and never timed.
"""

import math
import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import psutil

from labkit import serve, wire

from ..crowd import HELD, Crowd, ask, count, exactly, once, signal_to
from ..deployment import Deployment, failed_config
from ..registry import exercise
from ..site import observe
from ..verdict import Observation

PATIENCE = 5.0  # seconds in which a worker must have called what it should

STORE = {"app": "store:app", "files": {"store.py": "lab03_store.py"}}


def _environment(case: str, *known: str) -> dict[str, str]:
    """The variables that a case sets; the other known ones must not come from where the check runs.

    JupyterHub, for one, sets CPU_LIMIT.
    """
    for name in known:
        os.environ.pop(name, None)
    return dict(pair.split("=", 1) for pair in case.split())


def _counted(right: bool, did: str, expected: str, crowd: Crowd, hints: tuple[str, ...], saw: str = "") -> Observation:
    """What was counted, as an observation; hints only if it is not right."""
    did = f"with {did}"
    if crowd.ended:
        hints = ("Read the end of gunicorn's log below: what does it say that it does not have, or cannot do?",)
    return replace(observe(right, did, expected, saw or str(crowd), *([] if right else hints)), trace=crowd.ended)


# overlap


@exercise("lab03/overlap", "So many at once, in so many processes", kind="config", **HELD)
def overlap(
    place: Deployment, *, cases: tuple[str, ...] = ("WEB_PROCESSES=3 WEB_SLOTS=12", "", "WEB_PROCESSES=1")
) -> Iterator[Observation]:
    """`cases`: environments, as ``NAME=value`` with spaces between them."""
    for case in cases:
        env = _environment(case, "WEB_PROCESSES", "WEB_SLOTS")
        processes = int(env.get("WEB_PROCESSES", 2))
        slots = int(env.get("WEB_SLOTS", processes))
        did = case or "neither variable"
        crowd, right, expected = exactly(place, env, did, processes, slots // processes)
        yield _counted(right, did, expected, crowd, _overlap_hints(place, crowd, processes, slots))
        if not right:
            return


def _overlap_hints(place: Deployment, crowd: Crowd, processes: int, slots: int) -> tuple[str, ...]:
    each, number = max(crowd.inside.values(), default=0), len(crowd.inside)
    if number == slots != processes:
        return (
            "There is a process for each slot. WEB_PROCESSES says how many processes there may be.",
            "Many requests in one process: that is what threads are for.",
        )
    if number != processes:
        return (
            "Where does your file read the number of processes, and what is it when the variable is not set?",
            "The setting that says how many processes there are is `workers`.",
        )
    if each > slots // processes and place.settings().get("worker_class", "sync") not in ("sync", "gthread"):
        return (
            "Everybody was let in. Which setting bounds how many requests are inside one process?",
            "`threads` bounds a gthread worker; `worker_connections` bounds a gevent worker, and is 1000 at first.",
        )
    if each > slots // processes:
        return (
            "WEB_SLOTS is for all processes together; the setting for a number of threads counts in each of them.",
            "How many slots are left for one process, and how many when WEB_SLOTS is not set?",
        )
    if each == 1:
        return (
            "A worker of the kind `sync` has one request inside, whatever waits outside.",
            "`threads` says how many it has; then gunicorn makes it a gthread worker.",
        )
    return ("How many slots are there for one process, with these values?",)


# kinds

FEW_THREADS = 16
SERVICES = ("ledger", "lounge", "feed")


@exercise("lab03/kinds", "The right kind of worker", kind="config", **HELD)
def kinds(
    place: Deployment,
    *,
    services: tuple[tuple[str, int], ...] = (("ledger", 4), ("lounge", 8), ("feed", 50)),
    unknown: tuple[str, ...] = ("kitchen", "ledgers", "Ledger", ""),
) -> Iterator[Observation]:
    """`services`: SERVICE and SLOTS of each start; `unknown`: SERVICEs that there are not; empty: none is set."""
    for service, slots in services:
        row = _service(place, service, slots)
        yield row
        if not row.holds:
            return
    for service in unknown:
        row = _refused(place, service)
        if not row.holds:
            yield row
            return
    did = f"started gunicorn with SERVICE={', '.join(filter(None, unknown))}, and without"
    yield observe(True, did, "it ends with an error", "it ended with an error")


def _refused(place: Deployment, service: str) -> Observation:
    """Whether gunicorn does not start with a SERVICE that there is not, or with none."""
    _, error = place.attempt(env={"SLOTS": "4", **({"SERVICE": service} if service else {})}, expect=1)
    expected = saw = "it ends with an error"
    hints = (
        "A wrong name in a deployment should be seen when it is deployed, and not when the ledger is wrong.",
        "An exception in the configuration keeps gunicorn from starting, and its text goes into the log.",
    )
    if service.lower().startswith(SERVICES):
        hints = ("The name is nearly right, and nearly is not enough: compare it with the three words as they are.",)
    if not error:
        saw = "it started, and takes requests"
    elif error.cause in ("silent", "workerless"):
        saw = "it runs, and no request gets an answer"
    elif error.cause == "ended" and "ended with code 0" in error.summary:
        saw = "it ended with exit code 0, as if all were well"
        hints = ("Who started it takes 0 for success. `sys.exit()` says 0, unless it is given something else.",)
    did = f"started gunicorn with SERVICE={service}" if service else "started gunicorn without SERVICE"
    return observe(saw == expected, did, expected, saw, *hints)


def _service(place: Deployment, service: str, slots: int) -> Observation:
    processes = slots if service == "ledger" else 1
    did = f"SERVICE={service} SLOTS={slots}"
    env = _environment(did, "SERVICE", "SLOTS")
    place.prepare()
    threads, before = 0, 0
    with ExitStack() as stack:
        server = stack.enter_context(place.serve(did=f"started gunicorn with {did}", env=env, expect=processes))
        if service == "lounge":  # somebody who computes is inside before the others come
            ask(stack, server, "/busy")
            place.wait_for(lambda: place.journal("inside"))
            before = 1
        crowd = count(place, server, processes, slots // processes, before=before, stack=stack)
        if service == "feed":
            with suppress(psutil.NoSuchProcess):
                threads = max((psutil.Process(pid).num_threads() for pid in server.workers()), default=0)
    counts = sorted(crowd.inside.values())
    right = counts == [slots // processes] * processes and threads <= FEW_THREADS and not crowd.ended
    did += ", and one request computes" if before else ""
    expected = once([slots // processes] * processes)
    saw = str(crowd)
    if threads:
        expected += f", with at most {FEW_THREADS} threads"
        saw += f", with {threads} thread{'s' if threads > 1 else ''}"
    return _counted(right, did, expected, crowd, _kind_hints(crowd, service, slots, threads), saw)


def _kind_hints(crowd: Crowd, service: str, slots: int, threads: int) -> tuple[str, ...]:
    each, number = max(crowd.inside.values(), default=0), len(crowd.inside)
    if service == "ledger":
        if each > 1:
            return (
                "Two requests met in one process, and the code of the ledger is not thread-safe.",
                "A worker without threads and without greenlets has one request at a time.",
            )
        return ("Each process has one request inside: how many processes does that make for SLOTS at once?",)
    if number > 1:
        return (
            "There is more than one process: what one has in its memory, the other does not see.",
            "What is the default of `workers`, and where else in your file is it set?",
        )
    if service == "lounge":
        if each == 1 and slots > 1:
            return (
                "One request computes, and nobody else comes in: does your worker switch between requests by itself?",
                "A greenlet runs until it waits. The operating system takes turns between threads, whatever they do.",
            )
        return ("In the lounge, `threads` is the number of requests inside.",)
    if threads > FEW_THREADS:
        each_its_own = "There is a thread for each request. With thousands of them that is a lot of memory for waiting."
        which = "Which kind of worker waits for many requests with one thread?"
        return (which, each_its_own) if each < slots else (each_its_own, which)
    if each < slots:
        return (
            "The feed has little to compute and much to wait for: thousands wait in one process when waiting costs no thread.",
            "Which kind of worker gives each request a greenlet?",
        )
    return (
        "More than SLOTS were let in. What bounds the number of greenlets of a worker?",
        "A gevent worker takes `worker_connections` at once: 1000, unless you say something else.",
    )


# warm


@exercise("lab03/warm", "Warm before the first request", kind="config", **STORE)
def warm(place: Deployment, *, workers: int = 2, preload: bool = False) -> Iterator[Observation]:
    """`workers`: how many gunicorn has; `preload`: whether the arbiter loads the application."""
    place.prepare()
    did = f"started gunicorn with {workers} workers{' and preload_app' if preload else ''}"
    server, error = place.attempt(workers=workers, preload_app=preload or None)
    if error:
        yield _in_arbiter(place, server, did) or failed_config(error, place.path, did)
        return
    yield from _until_failing(_warm_steps(place, server, did, workers))


def _until_failing(rows: Iterator[Observation]) -> Iterator[Observation]:
    for row in rows:
        yield row
        if not row.holds:
            return


def _warm_steps(place: Deployment, server: serve.Gunicorn, did: str, workers: int) -> Iterator[Observation]:
    yield _warmed(place, server, did, server.workers())
    yield _asked(place, server, workers)
    before = server.workers()
    for pid in before[:1]:
        signal_to(pid, signal.SIGKILL)

    def came() -> list[int]:
        return [pid for pid in server.workers() if pid not in before]

    place.wait_for(came)
    fresh = came()
    if not fresh:
        yield observe(False, "killed a worker with SIGKILL", "another takes its place", "there is none")
    yield _warmed(place, server, "killed a worker with SIGKILL", fresh)
    yield _asked(place, server, workers)
    yield from _closed(place, server)
    yield from _down(place, server.settings)


def _notes(place: Deployment, *did: str) -> list[dict[str, Any]]:
    return [note for note in place.notes("store") if note["did"] in did]


WARM = "every new worker connects and is warm before it is asked"


def _in_arbiter(place: Deployment, server: serve.Gunicorn, did: str) -> Observation | None:
    """What the arbiter has called and should not have, if it has."""
    for note in _notes(place, "connect", "warm"):
        if note["pid"] == server.pid:
            return observe(
                False, did, WARM, f"{note['did']}() was called in the arbiter, from {_by(note)}",
                "The arbiter answers no request, and the workers that it forks inherit what it has opened.",
                "Which hook runs in the worker? gunicorn's documentation says where each of them is called.",
            )  # fmt: skip
    return None


def _warmed(place: Deployment, server: serve.Gunicorn, did: str, pids: list[int]) -> Observation:
    """Whether these workers have connected and warmed before anybody asked."""
    place.wait_for(lambda: {n["pid"] for n in _notes(place, "warm")} >= set(pids), PATIENCE)
    if row := _in_arbiter(place, server, did):
        return row
    notes = _notes(place, "connect", "warm")
    connected = [pid for pid in pids if pid in {n["pid"] for n in notes if n["did"] == "connect"}]
    warmed = [pid for pid in pids if pid in {n["pid"] for n in notes if n["did"] == "warm"}]
    if not connected:
        saw = "no worker has connected"
        hints = (
            "Nobody has asked yet. Is your hook called before that, and has it the name that gunicorn calls?",
            "A hook that is called for a request is too late: somebody waits for its answer already.",
        )
    elif len(connected) < len(pids):
        saw = f"{len(connected)} of {len(pids)} workers have connected"
        hints = (
            "Every worker needs its own connection and its own memory; what one worker did does not help another.",
            "What in your hook is done only the first time?",
        )
    else:
        saw = f"{len(warmed)} of {len(pids)} workers are warm"
        hints = ("A connection is not yet a stock in memory: there is another function for that.",)
    return observe(len(warmed) == len(pids), did, WARM, saw if len(warmed) < len(pids) else WARM, *hints)


def _by(note: dict[str, Any]) -> str:
    return "the top level of the file" if note["by"] == "<module>" else note["by"]


def _asked(place: Deployment, server: serve.Gunicorn, workers: int) -> Observation:
    """Every worker has one request at the same time, and all are answered."""
    asked = len(_notes(place, "asked"))
    did = f"GET /tea/mint, {workers} at once, one for each worker"
    with ExitStack() as stack:
        talks = [ask(stack, server, f"/tea/mint?go-{asked}") for _ in range(workers)]
        place.wait_for(lambda: len(_notes(place, "asked")) >= asked + workers)
        place.allow(f"go-{asked}")
        statuses: list[int | str] = []
        for talk in talks:
            try:
                statuses.append(talk.answer().status if talk else "no connection")
            except wire.WireError as error:
                statuses.append(str(error))
    right = statuses == [200] * workers
    row = observe(
        right, did, ", ".join(["200"] * workers), ", ".join(map(str, statuses)),
        "Read the end of the log below: the store says what it misses.",
    )  # fmt: skip
    return row if right else replace(row, trace=serve.process.log_end(server.log, 3))


def _closed(place: Deployment, server: serve.Gunicorn) -> Iterator[Observation]:
    """At the end each worker says goodbye."""
    pids = server.workers()
    before = len(_notes(place, "close"))
    signal_to(server.pid, signal.SIGTERM)
    ended = place.wait_for(lambda: not server.alive, 10.0)
    did, expected = "sent TERM to gunicorn", "it ends, and each worker has closed its connection"
    closes = _notes(place, "close")[before:]
    own = [pid for pid in pids if any(note["pid"] == pid for note in closes)]
    elsewhere = [note for note in closes if note["pid"] not in pids]
    if not ended:
        saw, hints = "it did not end within 10 s", ("What does your hook wait for?",)
    elif elsewhere:
        saw = f"close() was called in the arbiter, from {_by(elsewhere[0])}"
        hints = (
            "The connection belongs to the worker, and so does its end.",
            "There is a hook for the end of a worker that runs in the worker, and another that runs in the arbiter.",
        )
    elif len(own) < len(pids):
        saw = f"it ended, and {len(own)} of {len(pids)} workers have closed their connection"
        hints = (
            "A database counts the connections that were not closed, and holds them open for a long time.",
            "There is a hook that a worker calls when it exits.",
        )
    else:
        saw, hints = expected, ()
    yield observe(saw == expected, did, expected, saw, *hints)


def _down(place: Deployment, settings: dict[str, Any]) -> Iterator[Observation]:
    """A worker that cannot get warm must not take requests, and gunicorn must not try for ever."""
    place.prepare(down="")
    workers = settings["workers"]

    def tries() -> list[int]:
        return [note["pid"] for note in _notes(place, "connect")]

    hopeless = lambda: len(set(tries())) > 3 * workers + 6 or len(tries()) > 30 * workers  # noqa: E731
    server, error = place.attempt(hopeless=hopeless, **settings)
    did, expected = (
        "started gunicorn while the database does not answer",
        "it ends with an error, and no worker takes requests",
    )
    hints = (
        "A server that starts is taken for healthy, and gets requests that it cannot answer.",
        "What becomes of the exception of connect() in your hook? gunicorn ends when a worker fails while it boots.",
    )
    if not error:
        saw = "it started, and its workers take requests"
    elif error.cause == "hopeless" and len(set(tries())) == workers:
        saw = "its workers try again and again"
        hints = ("Some tries do no harm. When do you give up, so that somebody sees it?",)
    elif error.cause == "hopeless":
        code = re.findall(r"exited with code (\d+)", error.log)
        saw = f"it starts one worker after the other{f', and each exits with code {code[-1]}' if code else ''}"
        hints = (
            "Which code does the worker exit with? gunicorn replaces a worker that exits with most of them.",
            "gunicorn ends when an exception comes out of a hook while the worker boots.",
        )
    elif not tries():
        row = failed_config(error, place.path, did)
        saw, hints = f"connect() was not called: {row.saw}", row.hints
    elif error.cause in ("silent", "workerless"):
        saw, hints = "it neither ends nor takes requests", ("What does your hook wait for?",)
    else:
        saw = expected
    yield observe(saw == expected, did, expected, saw, *hints)


# sizing

VARIABLES = ("CPU_LIMIT", "CPU_MS", "WAIT_MS", "MEMORY_LIMIT", "WORKER_MEMORY")


@dataclass(frozen=True)
class Size:
    """What the rule of the task gives for an environment.

    Attributes:
        once: requests that should be inside at once.
        fit: processes that the memory allows; one, if not even one fits.
        fits: processes that fit into the memory, where it is limited.
    """

    env: dict[str, str]

    def number(self, name: str, default: str) -> Fraction:
        return Fraction(self.env.get(name, default))

    @property
    def wanted(self) -> Fraction:
        cores = self.number("CPU_LIMIT", "1000") / 1000
        return cores * (1 + self.number("WAIT_MS", "10") / self.number("CPU_MS", "10"))

    @property
    def once(self) -> int:
        return max(1, math.ceil(self.wanted))

    @property
    def fit(self) -> int:
        if "MEMORY_LIMIT" not in self.env:
            return self.once
        return max(1, self.fits)

    @property
    def fits(self) -> int:
        return self.number("MEMORY_LIMIT", "") // self.number("WORKER_MEMORY", "")

    @property
    def processes(self) -> int:
        return min(self.once, self.fit)

    @property
    def threads(self) -> int:
        return math.ceil(self.once / self.processes)


@exercise("lab03/sizing", "As large as the platform allows", kind="config", **HELD)
def sizing(
    place: Deployment,
    *,
    cases: tuple[str, ...] = (
        "CPU_LIMIT=1000 CPU_MS=3 WAIT_MS=6",
        "CPU_LIMIT=250 CPU_MS=4 WAIT_MS=48",
        "CPU_LIMIT=2000 CPU_MS=5 WAIT_MS=20 MEMORY_LIMIT=268435456 WORKER_MEMORY=73400320",
        "CPU_MS=2.5 MEMORY_LIMIT=67108864 WORKER_MEMORY=100000000",
        "MEMORY_LIMIT=1073741824 WORKER_MEMORY=104857600",
        "",
    ),
) -> Iterator[Observation]:
    """`cases`: environments, as ``NAME=value`` with spaces between them."""
    for case in cases:
        size = Size(_environment(case, *VARIABLES))
        did = case or "none of the variables"
        crowd, right, expected = exactly(place, size.env, did, size.processes, size.threads)
        if right and "MEMORY_LIMIT" in size.env:  # short enough for its line
            did = " ".join(part for part in did.split() if "MEMORY" not in part)
            did += f"{', ' * bool(did)}memory for {size.fits}"
        yield _counted(right, did, expected, crowd, _sizing_hints(place, crowd, size))
        if not right:
            return


def _sizing_hints(place: Deployment, crowd: Crowd, size: Size) -> tuple[str, ...]:
    each, number = max(crowd.inside.values(), default=0), len(crowd.inside)
    wanted, cores = float(size.wanted), float(size.number("CPU_LIMIT", "1000") / 1000)
    if size.once < number and "MEMORY_LIMIT" in size.env and number == size.fits:
        return (
            f"{number} processes fit into the memory, but there are {size.once} requests at once. What are the others for?",
        )
    if number == math.ceil(math.ceil(cores) * wanted / cores) > size.once:
        return ("A quarter of a core stays a quarter until the end: only the number of requests is rounded up.",)
    if size.fit < number <= size.once and size.fits:
        return (
            f"{number} processes need {number} times WORKER_MEMORY, and the limit is MEMORY_LIMIT: the kernel kills what is above.",
            "How many processes fit? A part of a process is none.",
        )
    if number == size.processes and each < size.threads and number > 1:
        return (
            f"Memory allows {number} processes, but the cores are busy with {size.once} requests at once only.",
            "The requests that memory denies a process can have a thread.",
        )
    if number == size.processes and each < size.threads:
        return (f"At least one process has to be there, however small the memory; {size.once} at once go into it.",)
    if any(word in (place.folder / place.path.name).read_text() for word in ("cpu_count", "affinity", "nproc")):
        return (
            f"This machine has {os.cpu_count()} cores, and that is what `os.cpu_count()` says, whatever the limit is.",
            "CPU_LIMIT tells how much of them you may use, in thousandths of a core.",
        )
    if number in (math.floor(wanted), round(wanted)) and number < size.once:
        return (f"{wanted:g} requests at once are wanted. Which way is that rounded?",)
    if number in (math.ceil(2 * cores) + 1, int(2 * cores) + 1, 2 * math.ceil(cores) + 1):
        return (
            "(2 x cores) + 1 takes a mix for granted. Here the mix is known: CPU_MS and WAIT_MS.",
            "A request that computes CPU_MS and waits WAIT_MS keeps a core busy for only a part of its time.",
        )
    if number > 3 * size.once:
        return ("CPU_LIMIT is in thousandths of a core: 250 is a quarter, 1000 is one core.",)
    return (f"CPU_LIMIT is {cores:g} cores here, and the rule gives {wanted:g} requests at once.",)


__all__ = ["kinds", "overlap", "sizing", "warm"]
