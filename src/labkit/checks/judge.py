"""Make a verdict, in a process of its own.

The kernel that the learner works in does not judge: a child of the keeper does (see serve/keeper.py). It starts the
learner's file under a real server, asks, and sends the observations back as data.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from labkit import serve

from . import registry
from .deployment import Deployment
from .module import Module
from .site import Site, examine, failed_start, observe, refuse
from .verdict import Observation

PLACES = {"module": Module, "config": Deployment}  # the others run in a Site
MOST_FAILURES = 5  # after so many an examination ends: what follows says nothing new


def judge(payload: dict[str, Any]) -> dict[str, Any]:
    """Examine a file.

    Args:
        payload: ``exercise`` (its name), ``path`` (the learner's file), ``data`` (other data than the visible check's),
            ``folder`` (an empty folder to work in).

    Returns:
        ``{"observations": [...]}``, each as the fields of an ``Observation``.
    """
    serve.process.start_sessions_here()
    tempfile.tempdir = payload["folder"]  # what is made on the way goes with it, also when this process is killed
    exercise, path = registry.find(payload["exercise"]), Path(payload["path"])
    return {
        "observations": [vars_of(o) for o in observations(exercise, path, payload["data"], Path(payload["folder"]))]
    }


def vars_of(observation: Observation) -> dict[str, Any]:
    """An observation as plain data."""
    return {name: getattr(observation, name) for name in observation.__dataclass_fields__}


def observations(exercise: registry.Exercise, path: Path, data: dict[str, Any], folder: Path) -> list[Observation]:
    """Start the file's application, examine it and end it. Returns what was observed."""
    if reason := refuse(path, path.parent, module=exercise.kind != "config"):
        return [reason]
    seen: list[Observation] = []
    with ExitStack() as stack:
        place = PLACES.get(exercise.kind, Site)(exercise, path, folder)
        try:
            stack.enter_context(place)
        except serve.ServerError as error:
            return [failed_start(error, path)]
        for row in examine(place, data):
            seen.append(row)
            if sum(not o.holds for o in seen) >= MOST_FAILURES:
                break
        if not seen:
            seen.append(observe(False, "examined the file", "something to look at", "nothing could be observed"))
        if isinstance(place, Deployment):
            seen = place.finish(seen)
    return seen
