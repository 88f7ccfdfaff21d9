"""The exercises by name: ``lab01/status`` lives in ``labkit/checks/lab01``, ``03/echo`` in ``lesson03``."""

import importlib
import importlib.util
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .verdict import Observation

Examine = Callable[..., Iterator[Observation]]


class UnknownExercise(LookupError):
    """No exercise has this name. The message lists those that exist."""


@dataclass(frozen=True)
class Exercise:
    """An exercise and how it is examined.

    Attributes:
        name: ``lab01/status``.
        title: what it is about, in a few words.
        examine: called with a ``Site`` and the exercise's data; yields observations.
        kind: what the learner's file is: ``application``, run by gunicorn; ``server``, whose ``serve(listener, app)``
            runs ``app``; ``module``, whose functions are called; or ``config``, gunicorn's configuration for ``app``.
        app: the application to run, ``module:name``; by default ``app`` of the learner's file.
        server: settings for gunicorn, beside one sync worker.
        files: modules that the check puts beside the learner's file, name -> file of the kit.
    """

    name: str
    title: str
    examine: Examine
    kind: str
    app: str
    server: dict[str, Any]
    files: dict[str, Path]

    @property
    def data(self) -> dict[str, Any]:
        """The data that the examination takes, with the values that the visible check uses."""
        parameters = list(inspect.signature(self.examine).parameters.values())[1:]
        return {p.name: p.default for p in parameters}


_exercises: dict[str, Exercise] = {}


def exercise(
    name: str,
    title: str,
    *,
    kind: str = "application",
    app: str = "",
    server: dict[str, Any] | None = None,
    files: dict[str, str] | None = None,
) -> Callable[[Examine], Examine]:
    """Register the function below as the examination of an exercise.

    The function takes the site (for a module: the module), then keyword-only data with defaults: a lab's hidden tests
    pass other values.

    Args:
        name: ``lab01/status``.
        title: what it is about.
        kind: what the learner's file is: ``application``, ``server`` or ``module`` (see ``Exercise``).
        app: the application to run when it is not ``app`` of the learner's file.
        server: settings for gunicorn, for example ``{"threads": 4}``.
        files: modules to put beside the learner's file: name -> file under ``labkit/checks/files/``.
    """
    shelf = Path(__file__).with_name("files")

    def register(examine: Examine) -> Examine:
        found = {name: shelf / source for name, source in (files or {}).items()}
        _exercises[name] = Exercise(name, title, examine, kind, app, server or {}, found)
        return examine

    return register


def _module(group: str) -> str:
    return f"labkit.checks.{group if group.startswith('lab') else 'lesson' + group}"


def find(name: str) -> Exercise:
    """The exercise of this name.

    Raises:
        UnknownExercise: there is none.
    """
    group = name.partition("/")[0]
    if group.isalnum() and importlib.util.find_spec(_module(group)):
        importlib.import_module(_module(group))
    if name not in _exercises:
        known = ", ".join(sorted(e.name for e in exercises()))
        raise UnknownExercise(f"there is no exercise {name!r}. There are: {known}")
    return _exercises[name]


def exercises() -> list[Exercise]:
    """All exercises, in the order of their lessons and labs."""
    rooms = [m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)])]
    for name in sorted(rooms):
        if re.fullmatch(r"(lesson|lab)\d\d", name):
            importlib.import_module(f"labkit.checks.{name}")
    return sorted(_exercises.values(), key=lambda e: e.name.startswith("lab"))
