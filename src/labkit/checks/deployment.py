"""A learner's gunicorn configuration: real servers are started with it, on applications of the kit, and looked at."""

import ast
import difflib
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from labkit import serve

from .registry import Exercise
from .site import LIMITS, STUB, Over, cut, lay_out
from .verdict import Observation

START_TIMEOUT = 15.0  # seconds until gunicorn has to answer
NOBODY = "wsgiref.simple_server:demo_app"  # an application that is there when gunicorn is asked for its settings only
WORKERLESS = 5.0  # seconds that gunicorn may listen without a worker
MANY = 8  # times as many workers as expected are not waited for
RAISED = {  # exception -> what to say of a configuration that raised it
    "NameError": "A configuration is a Python file that gunicorn runs: names that it uses must be imported or defined in it.",
    "KeyError": "There is nothing of that name. A variable of the environment may be missing: `os.environ.get` says None then.",
}
NEAR = 0.7  # how alike a name and a setting must be for the one to be taken for the other (difflib's ratio)


class Watched(serve.Gunicorn):
    """A gunicorn that an examination starts: ready with the workers that it expects, and given up when that is in vain.

    Args:
        expect: how many workers a right configuration gives, if the examination knows. With another number it is ready
            when no more have come for a second, and the examination counts them.
        hopeless: asked while it starts; true when there is nothing to wait for.
        settings: as for ``Gunicorn``.
    """

    def __init__(self, app: str, *, expect: int, hopeless: Callable[[], object], **settings: Any) -> None:
        super().__init__(app, **settings)
        self._count, self._hopeless, self._workerless = expect, hopeless, 0.0
        if expect:
            self._expected = None

    def ready(self) -> bool:
        if self._hopeless():
            raise serve.ServerError("gunicorn did not get ready, and goes on trying", cause="hopeless", log=self.log)
        if not serve.Server.ready(self):
            self._workerless = 0.0 if self.workers() else self._workerless or time.monotonic()
            if self._workerless and time.monotonic() - self._workerless > WORKERLESS:
                raise serve.ServerError("gunicorn listens, but there is no worker", cause="workerless", log=self.log)
            return False
        if not self._count:
            return super().ready()
        workers = self.workers()
        if len(workers) == self._count:
            return self._all_workers_loop(workers)
        return len(workers) > MANY * self._count or super().ready()


class Deployment:
    """What a configuration is examined with: servers, a journal that the applications write, and waiting.

    Args:
        exercise: which exercise; its ``files`` are laid beside the configuration.
        path: the learner's file.
        folder: an empty folder to work in; the caller removes it.

    Attributes:
        spelling: after how many of the other hints a misspelled name is told: 0, at once; 1 where the exercise is to
            find it.
    """

    spelling = 0

    def __init__(self, exercise: Exercise, path: Path, folder: Path) -> None:
        self.exercise, self.path = exercise, path
        self.folder = lay_out(exercise, path, folder)
        self._journal = folder / "journal"
        self._journal.mkdir()
        self._started: list[serve.Gunicorn] = []
        self.problems: list[Observation] = []
        for name in ("GUNICORN_CMD_ARGS", "WEB_CONCURRENCY"):
            os.environ.pop(name, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._started:
            server.stop()

    # What an examination uses

    def attempt(
        self,
        app: str = "",
        *,
        env: dict[str, str] | None = None,
        expect: int = 0,
        hopeless: Callable[[], object] = lambda: False,
        **settings: Any,
    ) -> tuple[serve.Gunicorn, serve.ServerError | None]:
        """Start gunicorn with the learner's configuration where it may be right that it does not start.

        Args:
            app, env, expect, settings: as for ``serve``.
            hopeless: asked while it starts; true when there is nothing to wait for.

        Returns:
            The server, and why it did not start, or None.
        """
        server = Watched(
            app or self.exercise.app,
            expect=expect,
            hopeless=hopeless,
            config=self.path.name,
            cwd=self.folder,
            env={"LABKIT_JOURNAL": str(self._journal), **(env or {})},
            limits=LIMITS,
            start_timeout=START_TIMEOUT,
            **settings,
        )
        self._started.append(server)
        try:
            server.start()
        except serve.ServerError as error:
            return server, error
        return server, None

    def serve(
        self,
        app: str = "",
        *,
        did: str = "",
        env: dict[str, str] | None = None,
        expect: int = 0,
        **settings: Any,
    ) -> serve.Gunicorn:
        """A running gunicorn with the learner's configuration; it ends with the examination, or with ``with``.

        Args:
            app: the application as ``module:name``; by default the exercise's.
            did: what we did, for the reader, when it does not start.
            env: environment variables for it, beside LABKIT_JOURNAL, the folder of the journal.
            expect: how many workers it should have, for an examination that counts them. Without it, a number that is not
                written as ``workers = 3`` takes a second to be sure of.
            settings: gunicorn settings on the command line, which win over the configuration.

        Raises:
            Over: it does not start; ``problems`` says why.
        """
        server, error = self.attempt(app, env=env, expect=expect, **settings)
        if error:
            self.problems.append(failed_config(error, self.path, did))
            raise Over
        return server

    def journal(self, name: str) -> list[str]:
        """What an application wrote down under this name, whole lines only."""
        file = self._journal / name
        text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
        return text[: text.rfind("\n") + 1].splitlines()

    def notes(self, name: str) -> list[dict[str, Any]]:
        """What an application wrote down under this name, as JSON, one object a line."""
        return [json.loads(line) for line in self.journal(name)]

    def prepare(self, **files: str) -> None:
        """Empty the journal and write what an application reads there."""
        for file in self._journal.iterdir():
            file.unlink()
        for name, text in files.items():
            self.allow(name, text)

    def allow(self, name: str, text: str = "") -> None:
        """Write a file of the journal that an application waits for or reads."""
        whole = self._journal / f".{name}"
        whole.write_text(text, encoding="utf-8")
        whole.rename(self._journal / name)  # nobody reads half of it

    def wait_for(self, ready: Callable[[], object], seconds: float = 5.0) -> bool:
        """Wait until something is so; False when it did not become so in time. Long enough for a busy machine."""
        until = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > until:
                return bool(ready())
            time.sleep(0.01)
        return True

    def settings(self) -> dict[str, Any]:
        """What the file sets at its top level in plain words: name -> value; ``...`` for what is not a literal.

        For hints only: a verdict rests on what the server does.
        """
        found: dict[str, Any] = {}
        for name, value in _assigned(ast.parse((self.folder / self.path.name).read_text(encoding="utf-8")).body):
            try:
                found[name] = ast.literal_eval(value) if value is not None else ...
            except ValueError:
                found[name] = ...
        return found

    def effective(self, env: dict[str, str] | None = None) -> dict[str, str]:
        """What gunicorn makes of the file: its answer to ``--print-config``, setting -> value as text.

        Args:
            env: the environment variables that the file may read.

        Returns:
            All settings; nothing when gunicorn does not answer in time.
        """
        log = self._journal.parent / "print-config.log"
        flags = ["--config", self.path.name, "--print-config", "--no-control-socket"]
        asked = serve.process.begin(
            [sys.executable, "-m", "gunicorn", NOBODY, *flags],
            cwd=self.folder, log=log, limits=LIMITS, seconds=START_TIMEOUT,
            env={"LABKIT_JOURNAL": str(self._journal), **(env or {})},
        )  # fmt: skip
        told = asked.listen(START_TIMEOUT, until="exited")
        asked.stop()
        if told.get("exited") != 0 or not log.exists():
            return {}
        return dict(re.findall(r"^(\w+) += (.*)$", log.read_text(encoding="utf-8", errors="replace"), re.M))

    def finish(self, seen: list[Observation]) -> list[Observation]:
        """The observations, the first failing one with a hint about names that gunicorn does not know."""
        failing = next((at for at, row in enumerate(seen) if not row.holds), None)
        if failing is None or not (words := self.misspelled()):
            return seen
        row, at = seen[failing], self.spelling
        row = replace(row, hints=(*row.hints[:at], words, *row.hints[at:]))
        return [*seen[:failing], row, *seen[failing + 1 :]]

    def misspelled(self) -> str:
        """A sentence on the names that gunicorn ignores although they look like its settings, or ``""``."""
        return misspelled(self.folder / self.path.name)


def _assigned(nodes: list[ast.stmt]) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that statements outside functions and classes give a value, also under `if`, with the value if it is known."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, None
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if hasattr(node, "target") else []
        for target in targets:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if isinstance(target, ast.Name):
                yield target.id, value
            elif isinstance(target, ast.Tuple | ast.List):
                values = value.elts if isinstance(value, ast.Tuple | ast.List) else [None] * len(target.elts)
                yield from (
                    (one.id, v) for one, v in zip(target.elts, values, strict=False) if isinstance(one, ast.Name)
                )
        for inside in ("body", "orelse", "finalbody", "handlers", "cases"):
            for part in getattr(node, inside, []):
                yield from _assigned(part.body if hasattr(part, "body") and not isinstance(part, ast.stmt) else [part])


def misspelled(path: Path) -> str:
    """A sentence on the names in a configuration that gunicorn ignores although they look like its settings, or ``""``."""
    from gunicorn.config import KNOWN_SETTINGS

    known = {setting.name for setting in KNOWN_SETTINGS}
    flags = {
        flag[2:].replace("-", "_"): s.name for s in KNOWN_SETTINGS for flag in s.cli or () if flag.startswith("--")
    }
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return ""
    names = dict.fromkeys(name for name, _ in _assigned(tree.body))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    said = []
    for name in names:
        if name in known or name in used or name.startswith("_"):
            continue
        near = [flags[name]] if name in flags else difflib.get_close_matches(name.lower(), known, 1, NEAR)
        if near and near[0] not in names:
            said.append(f"gunicorn has no setting `{name}`, and says nothing about it; did you mean `{near[0]}`?")
    return " ".join(said)


def failed_config(error: serve.ServerError, path: Path, did: str = "") -> Observation:
    """A gunicorn that did not start with a learner's configuration, as an observation.

    Args:
        error: why it did not start.
        path: the learner's file.
        did: what we did; by default that gunicorn was started with the file.
    """
    did = did or f"started gunicorn with {path.name}"
    expected, log = "it reads the file and answers", error.log
    if "NotImplementedError" in log:
        return Observation(did, expected, "the answer is not written yet", False, STUB)
    if found := re.search(r"^Invalid value for (\w+): (.*)$", log, re.M):
        why = re.findall(r"^Error: (.*)$", log, re.M)
        saw = f"gunicorn refuses {found[1]} = {found[2]}" + (f": {why[-1]}" if why else "")
        hint = (
            "Which kind of value does the setting take? gunicorn's documentation names it: int, string, bool, callable."
        )
        if "must have an arity" in saw:
            hint = "The function has to take as many arguments as gunicorn's documentation shows for this hook."
        if re.fullmatch(r"\d+\.\d+", found[2]):
            hint = (
                "gunicorn wants a whole number here. A division with `/` gives a float, also when nothing is left over."
            )
        return Observation(did, expected, cut(saw), False, (hint,))
    if found := re.search(r"Entry point \('gunicorn\.workers', '([^']*)'\) not found", log):
        saw = f"gunicorn has no worker class {found[1]!r}"
        hint = "The names of its classes are in gunicorn's documentation, under `worker_class`."
        return Observation(did, expected, saw, False, (hint,))
    own = [f for f in re.findall(r'File "([^"]+)", line (\d+)', log) if Path(f[0]).name == path.name]
    kind = re.findall(r"^((?:\w+\.)*\w+(?:Error|Exception|Exit|Interrupt)): ?(.*)$", log, re.M)
    if error.cause == "syntax":
        hint = "Look at that line and the one before it: a bracket, a quote or a colon may be missing."
        return Observation(did, expected, error.summary, False, (hint,))
    if own and kind:
        where = f"line {own[-1][1]} of {path.name}"
        saw = f"{where} raised {kind[-1][0]}: {kind[-1][1]}"
        hint = RAISED.get(kind[-1][0], "Read the line that is named. Which values did it have, in this environment?")
        return Observation(did, expected, cut(saw), False, (hint,))
    if error.cause == "workerless":
        hint = "How many workers does the file ask for, with these values? gunicorn takes 0 for an answer, and waits."
        return Observation(did, expected, error.summary, False, (hint,))
    if error.cause == "silent":
        saw = f"no answer within {START_TIMEOUT:g} s"
        hints = (
            "The arbiter runs the file and the hooks: nothing in them may wait for ever.",
            "Each worker has to get through the hooks and to its requests; and they must stay at the address that is given.",
        )
        return Observation(did, expected, saw, False, hints, serve.process.log_end(log, 6))
    if error.cause == "ended" and not log.strip():
        hint = "gunicorn must stay in the foreground and log to where it was started: no `daemon`, no log file."
        return Observation(did, expected, "the process ended and said nothing", False, (hint,))
    hint = "Read the end of the log below the table."
    return Observation(did, expected, error.summary, False, (hint,), serve.process.log_end(log, 6))
