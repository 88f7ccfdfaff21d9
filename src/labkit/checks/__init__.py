"""Exercises and their verdicts.

In a lesson, ``check("03/echo", "echo.py")`` shows the verdict and lets "Run all" go on. In a lab,
``require("lab01/status", "status.py")`` raises ``NotYet`` when the answer is not right yet.
"""

import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from labkit.serve import Keeper
from labkit.serve.process import SCRATCH_PREFIX

from .registry import Exercise, UnknownExercise, exercise, exercises, find
from .verdict import NotYet, Observation, Verdict

__all__ = [
    "Exercise",
    "NotYet",
    "Observation",
    "UnknownExercise",
    "Verdict",
    "check",
    "exercise",
    "exercises",
    "find",
    "judge_file",
    "require",
]

SECONDS = 60.0  # the most that one verdict may take
_keeper = Keeper("labkit.checks.preload")
_last_failure: dict[tuple[str, str], tuple[str, int]] = {}  # exercise and file -> what failed first, how often in a row


def judge_file(exercise: str, path: str | Path, data: dict[str, Any] | None = None) -> Verdict:
    """Examine a file in another process.

    Args:
        exercise: the exercise's name, ``lab01/status``.
        path: the file to examine.
        data: other data than the visible check uses, by the names that the exercise gives them.

    Returns:
        The verdict. A file that is missing, broken, endless or hostile gets one too, in bounded time.

    Raises:
        UnknownExercise: there is no exercise of this name.
        TypeError: the exercise does not take data of such a name.
        RuntimeError: the examination itself failed: a fault of the course, not of the file.
    """
    known = find(exercise)
    if surplus := set(data or {}) - set(known.data):
        raise TypeError(f"{exercise} takes {', '.join(known.data) or 'no data'}, not {', '.join(sorted(surplus))}")
    path = Path(path).absolute()
    folder = Path(tempfile.mkdtemp(prefix=f"{SCRATCH_PREFIX}{os.getpid()}-"))
    log = folder / "judge.log"
    session = _keeper.session(
        {
            "call": "labkit.checks.judge:judge",
            "payload": {"exercise": exercise, "path": str(path), "data": data or {}, "folder": str(folder)},
            "cwd": "/",
            "env": dict(os.environ),
            "log": str(log),
            "folders": [str(folder)],
            "seconds": SECONDS,
        }
    )
    try:
        told = session.listen(SECONDS + 10.0, until="exited")
        words = log.read_text(errors="replace") if log.exists() else ""
    finally:
        told = session.stop()
    if told.get("result"):
        return Verdict.from_dict({"exercise": exercise, "file": path.name, **told["result"]})
    if told["ended"] == "deadline":
        late = Observation(
            "examined the file", "a verdict", f"none after {SECONDS:g} seconds; the check was ended", False
        )
        return Verdict(exercise, path.name, (late,))
    raise RuntimeError(f"the check {exercise} itself failed ({told}). This is a fault of the course.\n{words}")


def check(exercise: str, path: str | Path, /, **data: Any) -> None:
    """Show the verdict on a file, and go on whatever it is.

    Args:
        exercise: the exercise's name, ``03/echo``.
        path: the file to examine.
        data: other data than the exercise's own.
    """
    _show(_verdict(exercise, path, data))


def require(exercise: str, path: str | Path, /, **data: Any) -> None:
    """Show the verdict on a file if it passes, and raise if it does not.

    Args:
        exercise: the exercise's name, ``lab01/status``.
        path: the file to examine.
        data: other data than the exercise's own.

    Raises:
        NotYet: something does not hold yet. In a notebook it is shown as the table of observations.
    """
    verdict = _verdict(exercise, path, data)
    if not verdict.passed:
        raise NotYet(verdict)
    _show(verdict)


def _verdict(exercise: str, path: str | Path, data: dict[str, Any]) -> Verdict:
    verdict = judge_file(exercise, path, data)
    mistake, count = _last_failure.get((exercise, verdict.file), ("", 0))
    now = f"{verdict.failures[0].did} {verdict.failures[0].expected}" if verdict.failures else ""
    count = count + 1 if now == mistake else 1
    _last_failure[exercise, verdict.file] = (now, count)
    return replace(verdict, level=count)


def _show(verdict: Verdict) -> None:
    """Display in a notebook; print elsewhere. Never on stderr, which costs points in nbgrader."""
    if "IPython" in sys.modules:
        from IPython import get_ipython
        from IPython.display import display

        if get_ipython() is not None:
            display(verdict)
            return
    print(verdict)
