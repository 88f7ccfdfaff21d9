"""A load runs on its own event loop in its own thread: so it works where a loop runs already (Jupyter)."""

import asyncio
import gc
import sys
import threading
import time
import warnings
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from labkit.trace import Request, Trace

BAR_AFTER = 1.0  # seconds: what is expected to take longer shows a progress bar
LOOK_EVERY = 0.1  # seconds between two looks at the progress
ENDS_WITHIN = 5.0  # seconds that a stopped load may take to close its connections


@dataclass(frozen=True)
class Plan:
    """What a load will do. `seconds`: how long it sends. `requests`: how many, where that is fixed."""

    mode: str
    title: str
    work: Callable[["Run"], Coroutine[Any, Any, None]]
    seconds: float | None = None
    requests: int | None = None
    holds: bool = False  # holds connections until it is stopped; the others come to an end by themselves


class Run:
    """One load at work: `work` adds to `rows` and calls `begin()` when second 0 has come."""

    def __init__(self, plan: Plan) -> None:
        import aiohttp  # noqa: F401 - here, because in the loop it would hold up the first requests

        self.plan = plan
        self.rows: list[Request] = []
        self.marks: list[tuple[float, str]] = []
        self.note = ""
        self.began = time.monotonic()
        self.ready = threading.Event()  # the first bytes are on their way
        self._over = threading.Event()
        self._problem: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._in_thread, name=f"labkit {plan.mode}", daemon=True)
        self._thread.start()

    # called by the work, in the loop's thread

    def begin(self) -> None:
        """Now is second 0."""
        self.began = time.monotonic()

    def now(self) -> float:
        """Seconds since the load began."""
        return time.monotonic() - self.began

    # called from outside

    def wait(self, show: bool = True) -> None:
        """Wait for the end, with a progress bar if it is long. An interrupt stops the load, and goes on."""
        bar = None
        started = time.monotonic()
        try:
            while not self._over.wait(LOOK_EVERY):
                passed = time.monotonic() - started
                if show and bar is None and (self.plan.seconds or passed) > BAR_AFTER:
                    bar = _bar(self.plan)
                if bar is not None:
                    bar.n = len(self.rows) if self.plan.requests else min(round(self.now(), 1), bar.total)
                    bar.refresh()
        except BaseException:
            self.stop()
            raise
        finally:
            if bar is not None:
                bar.n = bar.total  # short of its total it would stay on the page, in red
                bar.close()

    def stop(self) -> None:
        """End now: what is under way becomes rows that say so. Returns when all connections are closed."""
        self._stopped = True
        if self._loop is not None and self._task is not None and not self._over.is_set():
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._over.wait(ENDS_WITHIN)

    def trace(self) -> Trace:
        """What happened, once it is over. A mistake inside a load (not a failed request) is raised here."""
        if self._problem is not None:
            raise self._problem
        rows = sorted(self.rows, key=lambda row: row.planned)
        return Trace(rows, self.plan.title, self.plan.mode, self.began, sorted(self.marks), self.note)

    def _in_thread(self) -> None:
        # A collection of everything that a notebook has loaded takes tens of milliseconds, which would show
        # in the trace.
        gc.freeze()
        try:
            asyncio.run(self._main())
        except BaseException as problem:  # noqa: BLE001 - raised again by trace()
            self._problem = problem
        finally:
            gc.unfreeze()
            self.ready.set()
            self._over.set()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        # asyncio's own handler logs a connection that broke while it was being closed to stderr, where
        # nbgrader takes it for a failed cell. What matters of a connection is in its row.
        self._loop.set_exception_handler(lambda loop, context: None)
        try:
            if not self._stopped:
                await self.plan.work(self)
        except asyncio.CancelledError:
            if not self._stopped:
                raise


class Running:
    """A load in the background: made by `background(...)`, used with `with`."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._run: Run | None = None

    def __enter__(self) -> "Running":
        self._run = Run(self._plan)
        try:
            self._run.ready.wait(ENDS_WITHIN)
        except BaseException:
            self._run.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._plan.holds or problem is not None:
            self._started().stop()
        else:
            self._started().wait()

    def mark(self, label: str) -> float:
        """Note what is done at this moment ("HUP", "kill 4242"): show.lanes draws it. Returns the second."""
        run = self._started()
        at = run.now()
        run.marks.append((at, label))
        return at

    def stop(self) -> None:
        """End the load now, before its time."""
        self._started().stop()

    @property
    def trace(self) -> Trace:
        """What happened. Known after the block; asked for earlier, it waits for a load that has an end."""
        run = self._started()
        if not run._over.is_set():
            if self._plan.holds:
                raise RuntimeError(f"this {self._plan.mode} goes on until the with block ends: ask for .trace after it")
            run.wait()
        return run.trace()

    def _started(self) -> Run:
        if self._run is None:
            raise RuntimeError("a background load runs inside its block: with load.background(...) as running:")
        return self._run


def run(plan: Plan) -> Trace:
    """Run `plan` to its end and return its trace."""
    at_work = Run(plan)
    at_work.wait()
    return at_work.trace()


def _bar(plan: Plan) -> Any:
    with warnings.catch_warnings():  # tqdm warns on stderr where a notebook has no ipywidgets, and uses text
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm

        if plan.requests:
            return tqdm(
                total=plan.requests,
                desc=plan.mode,
                unit=" requests",
                file=sys.stdout,
                leave=False,
                disable=None,
            )
        return tqdm(
            total=plan.seconds,
            desc=plan.mode,
            file=sys.stdout,
            leave=False,
            disable=None,
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {n:.1f} of {total:g} s",
        )
