"""The learner's file, served the way production would serve it, and what it answers.

The file is copied into a folder of its own and run by gunicorn. A hook in gunicorn's configuration puts a recorder
around the application, which writes down what the application does with ``start_response``, its iterable and its
input; a socket shows only what the server made of it.
"""

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from labkit import serve, wire
from labkit.conformance import rules

from .registry import Exercise
from .verdict import Observation

PATIENCE = 5.0  # seconds to wait for an answer
LIMITS = {"memory": 2 << 30, "file": 16 << 20}  # bytes: of a server process, of a file that it writes
ANSWER_LIMIT = 8 << 20  # bytes of an answer that are read
COPIED = 1 << 20  # bytes: larger files beside the learner's are not copied
COPIED_FILES = 500

STUB = ("The cell that writes the file still has its stub. Replace it with your answer and run the cell again.",)
NAMES = (
    "A server loads the file on its own: names that only your notebook knows do not exist there.",
    "Import or define what the file needs inside the file.",
)


class Over(Exception):
    """The examination cannot go on; what was observed so far makes the verdict."""


class Site:
    """A running copy of the learner's application.

    Args:
        exercise: which exercise.
        path: the learner's file.
        folder: an empty folder to work in; the caller removes it.
    """

    def __init__(self, exercise: Exercise, path: Path, folder: Path) -> None:
        self.exercise, self.path = exercise, path
        self.folder = lay_out(exercise, path, folder)
        self._events_file = folder / "events.jsonl"
        self._journal = folder / "journal"
        self._events_file.touch()
        self._journal.mkdir()
        env = {"LABKIT_EVENTS": str(self._events_file), "LABKIT_JOURNAL": str(self._journal)}
        for name in ("GUNICORN_CMD_ARGS", "WEB_CONCURRENCY"):
            os.environ.pop(name, None)
        common = {"cwd": self.folder, "env": env, "limits": LIMITS, "start_timeout": 10.0}
        if exercise.kind == "server":
            self.server: serve.Server = serve.OwnServer(f"{path.stem}:serve", exercise.app, **common)
        else:
            app = exercise.app or f"{path.stem}:app"
            config = Path(__file__).with_name("witness.conf.py")
            self.server = serve.Gunicorn(app, config=config, **common, **exercise.server)
        self._events: list[dict[str, Any]] = []
        self._read = 0  # bytes of the events' file
        self._seen = 0  # events
        self.problems: list[Observation] = []
        self.recent: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    # What an examination uses

    def ask(
        self,
        method: str = "GET",
        target: str = "/",
        *,
        headers: list[tuple[str, str]] | None = None,
        body: bytes = b"",
        may_raise: bool = False,
        may_break: bool = False,
    ) -> wire.Answer:
        """Send one request and read the whole answer.

        Args:
            method, target, headers, body: of the request; Host, Connection and Content-Length are added.
            may_raise: an exception of the application is no failure here.
            may_break: an answer that ends too early is no failure here.

        Raises:
            Over: nothing (that can be read) came back; ``problems`` says why.
        """
        did = f"{method} {target}" if len(target) < 60 else f"{method} {target[:57]}..."
        try:
            answer = wire.exchange(
                self.server.url, method, target, headers or [], body, timeout=PATIENCE, limit=ANSWER_LIMIT
            )
        except (wire.NoAnswer, wire.WireError) as error:
            self.look(did, may_raise=may_raise)
            self._no_answer(did, str(error))
            raise Over from None
        self.look(did, may_raise=may_raise)
        if len(answer.raw) >= ANSWER_LIMIT:
            saw = f"more than {ANSWER_LIMIT >> 20} MB, and no end"
            self._add(Observation(did, "an answer that ends", saw, False, ("A loop that yields needs an end.",)))
        elif not answer.complete and not may_break and not self.problems:
            saw = f"the answer ended too early, after {len(answer.body)} bytes of body"
            self._add(Observation(did, "a whole answer", saw, False))
        return answer

    def conversation(self) -> wire.Conversation:
        """A connection on which the examination sends and reads piece by piece. Call ``look`` afterwards."""
        return wire.Conversation(self.server.url, timeout=PATIENCE)

    def look(self, did: str, *, may_raise: bool = False) -> list[dict[str, Any]]:
        """Take in what the application did since the last look; what breaks the protocol becomes a problem.

        Args:
            did: the request, for the observation.
            may_raise: an exception of the application is no failure here.

        Returns:
            The recorder's events.
        """
        self.recent = self.events()[self._seen :]
        self._seen += len(self.recent)
        findings = rules.findings(self.recent)
        uncallable = any(finding.clause == "A1" for finding in findings)
        for event in self.recent:
            said = event.get("refused") and findings or uncallable  # a finding says the same, and better
            if event["event"] == "raised" and not may_raise and not said:
                self.problems.append(self._raised(did, event))
        for finding in findings:
            self._add(Observation(f"{did} ({finding.clause})", finding.expected, finding.saw, False, (finding.hint,)))
        return self.recent

    def events(self) -> list[dict[str, Any]]:
        """Everything that the recorder has written, whole lines only."""
        with open(self._events_file, "rb") as file:
            file.seek(self._read)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        self._events += [json.loads(line) for line in whole.splitlines()]
        return self._events

    def wait_for(self, kind: str, seconds: float = 2.0) -> dict[str, Any] | None:
        """Wait until the recorder has written an event of a kind since the last look; ``None`` if it did not come."""
        deadline = time.monotonic() + seconds
        while True:
            for event in self.events()[self._seen :]:
                if event["event"] == kind:
                    return event
            if time.monotonic() > deadline:
                return None
            time.sleep(0.01)

    def journal(self, name: str) -> list[str]:
        """What a module of the exercise wrote down under this name, line by line (see ``files/``)."""
        file = self._journal / name
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def prepare(self, **files: str) -> None:
        """Empty the journal and write what a module of the exercise reads there (see ``files/``)."""
        for file in self._journal.iterdir():
            file.unlink()
        for name, text in files.items():
            (self._journal / name).write_text(text, encoding="utf-8")

    def allow(self, name: str, text: str = "") -> None:
        """Add a line that a module of the exercise waits for (see ``files/``)."""
        with open(self._journal / name, "a", encoding="utf-8") as file:
            file.write(text + "\n")

    # How failures are put into words

    def _add(self, observation: Observation) -> None:
        if all((o.did, o.expected) != (observation.did, observation.expected) for o in self.problems):
            self.problems.append(observation)

    def _raised(self, did: str, event: dict[str, Any]) -> Observation:
        """An exception of the application, with the learner's own frames."""
        return raised(did, event, self.folder)

    def _no_answer(self, did: str, words: str) -> None:
        if self.problems:
            return
        if event := last_traceback(self.server.log) if self.exercise.kind == "server" else None:
            self._add(self._raised(did, event))
            return
        if "no byte" in words or "within" in words:
            hints = (
                "Does the application wait for something that does not come? Reading more than CONTENT_LENGTH bytes waits "
                "for ever.",
                "A loop needs an end; the answer needs `start_response` and an iterable that ends.",
            )
        else:
            hints = ("The server's process went away in the middle of the request. Does the file end its own process?",)
        self._add(Observation(did, "an answer", words, False, hints))


def lay_out(exercise: Exercise, path: Path, folder: Path) -> Path:
    """Copy the learner's file and its small neighbours into ``folder/site``, and lay the exercise's modules over them."""
    site = folder / "site"
    site.mkdir()
    neighbours = [f for f in path.parent.iterdir() if f.is_file() and f.suffix != ".ipynb"]
    for file in [path, *neighbours[:COPIED_FILES]]:
        if file.stat().st_size <= COPIED:
            shutil.copyfile(file, site / file.name)
    for name, source in exercise.files.items():
        shutil.copyfile(source, site / name)
    return site


def refuse(path: Path, folder: Path, module: bool = True) -> Observation | None:
    """Why a file cannot be examined at all, before anything is started; ``None`` if it can.

    Args:
        path: the learner's file.
        folder: where it should be.
        module: whether it has to have a name that Python can import.
    """
    name = path.name
    if not path.exists():
        here = sorted(f.name for f in folder.glob("*.py")) if folder.is_dir() else []
        have = f"there are {', '.join(here)}" if here else "there is no Python file here"
        hint = f"Run the cell that begins with `%%writefile {name}`; it writes the file."
        return Observation(f"looked for {name}", f"a file {name}", f"no such file: {have}", False, (hint,))
    if not path.is_file():
        return Observation(f"looked for {name}", f"a file {name}", "something else of that name, not a file", False)
    if not path.read_bytes().strip():
        hint = "The cell that writes it has nothing under its first line."
        return Observation(f"read {name}", "a Python file with your answer", "an empty file", False, (hint,))
    if module and path.suffix == ".py" and not path.stem.isidentifier():
        return Observation(f"looked at {name}", "a module name that Python can import", name, False)
    return None


def raised(did: str, event: dict[str, Any], folder: Path) -> Observation:
    """An exception in the learner's code as an observation.

    Args:
        did: what we did.
        event: ``type``, ``message`` and ``frames`` of the exception; ``function`` when a function was called, and no
            application.
        folder: where the learner's files are; frames elsewhere are left out.
    """
    kind, message = event["type"], event["message"]
    frames = [f for f in event.get("frames", []) if Path(f[0]).parent == folder]
    trace = "\n".join(
        f"{Path(file).name}, line {line}, in {name}: {source}" for file, line, name, source in frames[-4:]
    )
    at = f" in line {frames[-1][1]} of {Path(frames[-1][0]).name}" if frames else ""
    if event.get("refused"):
        return Observation(
            did, "an answer", f"the server refused what the application gave it: {cut(message)}", False, (), trace
        )
    function = event.get("function")
    who = function or "the application"
    if kind == "NotImplementedError":
        saw, hints = f"the answer is not written yet: {kind}{': ' + message if message else ''}", STUB
    elif function and kind == "NameError" and message == f"the file defines no {function!r}":
        saw, hints = message, ("The task names the function. Is it spelled exactly so, at the top level of the file?",)
    elif kind in ("NameError", "UnboundLocalError"):
        saw = f"{who} raised {kind}{at}: {message}"
        hints = ("The file is loaded on its own: names that only your notebook knows do not exist there.", NAMES[1])
        hints = hints if function else NAMES
    elif (
        kind == "TypeError"
        and not function
        and re.match(r"'\w*(method|function)\w*' object is not subscriptable", message)
    ):
        saw = f"{who} raised {kind}{at}: {message}"
        hints = (
            "A function stands where a dict was meant.",
            "The server gives two arguments: environ first, start_response second. Does `app` take them in this order?",
        )
    elif kind == "KeyError" and not function and re.fullmatch(r"'[A-Z_]+'", message):
        saw = f"{who} raised {kind}{at}: {message}"
        hints = (
            "For this request the environ has no key of that name.",
            "Is it spelled as in PEP 3333? If it is, it may be missing, for example when the visitor sent no such header.",
        )
    elif kind == "StopIteration":
        saw = f"{who} raised {kind}{at}: next() found nothing to take"
        hints = (
            f"What is there to take, for {'these arguments' if function else 'this request'}?",
            "next() raises StopIteration at the end. It takes a second argument, which it gives then instead.",
        )
    elif kind == "OSError" and "File too large" in message:
        saw = f"{who} wrote without end{at}: its log or a file passed {LIMITS['file'] >> 20} MB"
        hints = ("A loop that prints needs an end.",)
    elif kind == "MemoryError":
        saw = f"{who} asked for more than {LIMITS['memory'] >> 30} GB of memory{at}"
        hints = ("Handle large data piece by piece, or ask how large it is before you read it.",)
    else:
        saw = f"{who} raised {kind}{at}" + (f": {message}" if message else "")
        hints = (
            "Read the line that is named. What was in the variables there, for this request?",
            "A request may lack what the line takes for granted: a header, a field, a body.",
        )
        if function:
            hints = (
                "Which arguments had your function got? They stand in the row above.",
                "Read the line that is named. What was in its variables, for these arguments?",
            )
    return Observation(did, "an answer", saw, False, hints, trace)


def last_traceback(log: str) -> dict[str, Any] | None:
    """The last exception in a log, as the recorder would tell it."""
    if "Traceback (most recent call last):" not in log:
        return None
    text = log.rpartition("Traceback (most recent call last):")[2]
    end = re.search(r"^([\w.]+)(?:: (.*))?$", text, re.M)
    frames = re.findall(r'^  File "([^"]+)", line (\d+), in (.+)\n(?:    (.*)\n)?', text, re.M)
    return {"type": end[1], "message": end[2] or "", "frames": frames} if end else None


def failed_start(error: serve.ServerError, path: Path) -> Observation:
    """A server that did not start, as an observation."""
    hints = {
        "syntax": ("Look at that line and the one before it: a bracket, a quote or a colon may be missing.",),
        "name": ("The file must define the name that is missing, spelled exactly so, at its top level.",),
        "module": (f"Run the cell that begins with `%%writefile {path.name}`.",),
        "import": NAMES
        if "NameError" in error.summary
        else ("Run the file on its own in your head: what happens on import?",),
        "silent": (
            "Importing the file must come to an end, and leave the process running.",
            "No endless loop, no `sys.exit()` and no server of your own at the file's top level.",
        ),
    }
    saw = error.summary
    if "NotImplementedError" in error.summary:
        return Observation(
            f"loaded {path.name}", "a module with `app`", f"the answer is not written yet ({saw})", False, STUB
        )
    if error.cause == "ended" and (event := last_traceback(error.log)):
        own = next(
            (Path(frame[0]).parent for frame in event["frames"] if Path(frame[0]).name == path.name), path.parent
        )
        return raised(f"started a server with {path.name}", event, own)
    what = hints.get(error.cause, ("Read the end of the log below the table.",))
    trace = "" if error.cause != "ended" else serve.process.log_end(error.log, 6)
    return Observation(f"started a server with {path.name}", "it loads the file and answers", saw, False, what, trace)


def observe(holds: bool, did: str, expected: Any, saw: Any, *hints: str) -> Observation:
    """An observation in one line, for the examinations. What is no text is shown by its repr; long text is cut."""
    return Observation(cut(did, 120), cut(expected), cut(saw), bool(holds), hints)


def cut(value: Any, most: int = 400, lines: int = 8) -> str:
    """A value as text of bounded length.

    Args:
        value: text as it is, anything else by its repr.
        most: characters.
        lines: lines.
    """
    text = value if isinstance(value, str) else repr(value[: most + 1] if isinstance(value, bytes) else value)
    short = "\n".join(text[:most].splitlines()[:lines])
    return short if short == text.rstrip("\n") else f"{short} ..."


def examine(site: Any, data: dict[str, Any]) -> Iterator[Observation]:
    """Run an exercise's examination.

    It ends at the first request in which the application raised, broke the protocol or gave no whole answer: that is
    what to mend first, and what the exercise itself would say about that answer only hides it.
    """
    steps = site.exercise.examine(site, **data)
    while not site.problems:
        try:
            row = next(steps, None)
        except Over:
            row = None
        if row is None or site.problems:
            break
        yield row
    steps.close()
    yield from site.problems
