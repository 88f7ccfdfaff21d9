"""The learner's file as a module: its functions are called in a process of their own, with bounded time and memory."""

import ast
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from labkit import serve

from .registry import Exercise
from .site import LIMITS, Over, cut, lay_out, raised
from .verdict import Observation

SECONDS = 5.0  # for all the calls of one batch


@dataclass(frozen=True)
class Outcome:
    """What a call came to.

    Attributes:
        value: what it returned; a literal (numbers, text, bytes, lists, dicts ...), or the text of its repr.
        raised: the exception as ``type``, ``message``, ``frames``, ``function``; ``None`` if it returned.
    """

    value: Any = None
    raised: dict[str, Any] | None = None


class Module:
    """A copy of the learner's module.

    Args:
        exercise: which exercise.
        path: the learner's file.
        folder: an empty folder to work in; the caller removes it.
    """

    def __init__(self, exercise: Exercise, path: Path, folder: Path) -> None:
        self.exercise, self.path = exercise, path
        self.folder = lay_out(exercise, path, folder)
        self._work = folder
        self._batch = 0
        self.problems: list[Observation] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def call(self, name: str, *arguments: Any, may_raise: bool = False) -> Outcome:
        """Call one function; see ``calls``."""
        return self.calls([(name, *arguments)], may_raise=may_raise)[0]

    def calls(self, calls: list[tuple[Any, ...]], *, may_raise: bool = False) -> list[Outcome]:
        """Call functions of the module one after the other, in one process.

        Args:
            calls: ``(name, argument, ...)`` each; the arguments are literals.
            may_raise: exceptions are outcomes like others; without it the first one ends the examination.

        Raises:
            Over: the module does not load, does not end, or (without ``may_raise``) raised; ``problems`` says it.
        """
        self._batch += 1
        asked, told = self._work / f"calls-{self._batch}", self._work / f"outcomes-{self._batch}"
        asked.write_text(repr(calls))
        log = self._work / "module.log"
        runner = str(Path(__file__).with_name("run_module.py"))
        session = serve.process.begin(
            [sys.executable, "-P", runner, self.path.stem, str(asked), str(told)],
            cwd=self.folder,
            log=log,
            limits=LIMITS,
            seconds=SECONDS,
        )
        try:
            result = session.listen(SECONDS + 5.0, until="exited")
        finally:
            session.stop()
        lines = told.read_text().splitlines() if told.exists() else []
        outcomes = [Outcome(**ast.literal_eval(line)) for line in lines]
        words = log.read_text(errors="replace")
        if len(outcomes) < len(calls):
            did = describe(calls[len(outcomes)]) if told.exists() else f"loaded {self.path.name}"
            if "exited" not in result:
                saw = f"no end within {SECONDS:g} s"
                self.problems.append(Observation(did, "an answer", saw, False, ("A loop needs an end.",)))
            elif not told.exists():
                _, why = serve.explain_log(words, f"{self.path.stem}:_", self.folder)
                saw = why or "the process ended while the file was loaded"
                self.problems.append(Observation(did, "a module that can be imported", saw, False))
            else:
                self.problems.append(
                    Observation(did, "an answer", "the process ended in the middle of the call", False)
                )
            raise Over
        if not may_raise:
            for call, outcome in zip(calls, outcomes, strict=True):
                if outcome.raised:
                    self.problems.append(raised(describe(call), outcome.raised, self.folder))
                    raise Over
        return outcomes


def describe(call: tuple[Any, ...]) -> str:
    """A call as Python would write it, cut."""
    name, *arguments = call
    return cut(f"{name}({', '.join(map(repr, arguments))})", 120)
