"""A course in a folder of its own, submissions made from its solutions, and nbgrader's command line run on them."""

import csv
import filecmp
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[2]
MARK = "LABKIT_TEST_CLASS"
"""Carried by every process that a class's nbgrader starts, so that what it leaves behind can be told from anybody else's."""


def plain(source: str) -> NotebookNode:
    """A cell that nbgrader knows nothing of."""
    return new_code_cell(source)


def solution(name: str, source: str) -> NotebookNode:
    """A cell that the learner answers."""
    return new_code_cell(source, metadata={"nbgrader": _about(name, solution=True)})


def graded(name: str, source: str, points: int = 1) -> NotebookNode:
    """A cell that gives points when it runs without an error."""
    return new_code_cell(source, metadata={"nbgrader": _about(name, grade=True, locked=True) | {"points": points}})


def _about(name: str, **what: bool) -> dict[str, Any]:
    return {"grade": False, "locked": False, "solution": False, "task": False, **what} | {
        "grade_id": name,
        "schema_version": 3,
    }


def notebook(*cells: NotebookNode) -> NotebookNode:
    """A Python notebook with these cells, whose ids are the grade ids or their places."""
    for number, cell in enumerate(cells):
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{number}")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=list(cells), metadata={"kernelspec": kernel})


def small_lab() -> NotebookNode:
    """Three exercises in the shape of a real lab; the graded cells run the file that the learner wrote."""
    cells = [new_markdown_cell("# Three files")]
    for name, points in (("one", 1), ("two", 2), ("three", 3)):
        begin, end = "### BEGIN SOLUTION", "### END SOLUTION"
        write = f"%%writefile {name}.py\ndef main():\n    {begin}\n    return '{name}'\n    {end}\n\n\nprint(main())"
        check = (
            "import subprocess, sys\n"
            f"ran = subprocess.run([sys.executable, '{name}.py'], capture_output=True, text=True)\n"
            f"assert ran.stdout == '{name}\\n', ran.stderr"
        )
        cells += [solution(f"{name}-answer", write), graded(f"{name}-check", check, points)]
    return notebook(*cells)


@dataclass(frozen=True)
class Course:
    """A course folder with one lab, and the environment that its commands run in."""

    folder: Path
    lab: str
    env: dict[str, str]

    @classmethod
    def make(cls, folder: Path, lab: str, source: Path | NotebookNode, *, settings: str = "") -> "Course":
        """A course below ``folder`` with the real nbgrader_config.py, a copy of the kit, and one lab.

        ``source`` is a lab's folder in ``solutions/``, or its notebook. ``settings`` are lines for the end of the configuration.
        """
        course = folder / "course"
        course.mkdir(parents=True)
        (folder / "tmp").mkdir()
        config = (ROOT / "nbgrader_config.py").read_text()
        # Packages may be installed into this very environment while tests run.
        config += f"\nc.TwoPhaseExecute.guard_start_files = False\n{settings}\n"
        (course / "nbgrader_config.py").write_text(config)
        home = course / "solutions" / lab
        if isinstance(source, Path):
            shutil.copytree(source, home, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__"))
        else:
            home.mkdir(parents=True)
            nbformat.write(source, home / f"{lab}.ipynb")
        kit = folder / "site-packages"  # submissions of this class attack the kit: they get one of their own
        shutil.copytree(ROOT / "src" / "labkit", kit / "labkit")
        # jsonschema goes on without this package, and each command starts 2.5 seconds sooner.
        (kit / "rfc3987_syntax.py").write_text("raise ImportError\n")
        env = os.environ | {
            "PYTHONPATH": str(kit),
            "JUPYTER_DATA_DIR": str(folder / "jupyter"),
            "NBGRADER_EXCHANGE": str(course / "exchange"),
            "NBGRADER_WORK": ".",
            "TMPDIR": str(folder / "tmp"),
            MARK: str(folder),
        }
        return cls(course, lab, env)

    @property
    def kit(self) -> Path:
        """The kit that this course's commands use."""
        return self.folder.parent / "site-packages" / "labkit"

    def nbgrader(self, *arguments: str, cwd: Path | None = None) -> str:
        """Run nbgrader's command line; what it said. Fails the test when it fails."""
        command = [sys.executable, "-m", "nbgrader", *arguments]
        return self._run(command, cwd)

    def nbgrader_each(self, runs: Iterable[tuple[Path, list[str]]]) -> str:
        """Run nbgrader's command line several times in one process, each in a folder of its own: its start takes seconds."""
        program = (
            "import json, os, sys\n"
            "from nbgrader.apps.nbgraderapp import NbGraderApp\n"
            "for folder, arguments in json.loads(sys.argv[1]):\n"
            "    os.chdir(folder)\n"
            "    NbGraderApp.launch_instance(argv=arguments)\n"
            "    NbGraderApp.clear_instance()\n"
        )
        told = json.dumps([(str(folder), arguments) for folder, arguments in runs])
        return self._run([sys.executable, "-c", program, told], None)

    def _run(self, command: list[str], cwd: Path | None) -> str:
        ran = subprocess.run(
            command, cwd=cwd or self.folder, env=self.env, capture_output=True, text=True, timeout=600, check=False
        )
        assert ran.returncode == 0, f"{command[2:]} ended with {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout + ran.stderr

    def source(self) -> NotebookNode:
        """The lab with its solutions."""
        return nbformat.read(self.folder / "solutions" / self.lab / f"{self.lab}.ipynb", as_version=4)

    def released(self) -> NotebookNode:
        """The lab as learners get it."""
        return nbformat.read(self.folder / "labs" / self.lab / f"{self.lab}.ipynb", as_version=4)

    def exercises(self) -> dict[str, float]:
        """The name of each exercise (``status`` for the graded cell ``status-check``) and its points, in order."""
        found = [cell.metadata.get("nbgrader", {}) for cell in self.source().cells]
        return {
            about["grade_id"].removesuffix("-check"): float(about["points"]) for about in found if about.get("grade")
        }

    def answered(self, keep: Iterable[str], replace: dict[str, str] | None = None) -> NotebookNode:
        """The released lab with our solution of each exercise in ``keep``, and other sources for cells by grade id."""
        solved = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in self.source().cells}
        sources = {f"{name}-answer": solved[f"{name}-answer"] for name in keep} | (replace or {})
        made = self.released()
        for cell in made.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = sources.get(name, cell.source)
        return made

    def hand_in(self, learner: str, what: NotebookNode | str, files: dict[str, str] | None = None) -> Path:
        """Put a submission where ``nbgrader collect`` would: a notebook, or any text in its place, and more files."""
        home = self.folder / "submitted" / learner / self.lab
        shutil.copytree(self.folder / "labs" / self.lab, home)
        put(home, f"{self.lab}.ipynb", what)
        for name, text in (files or {}).items():
            put(home, name, text)
        return home

    def scores(self) -> dict[str, float]:
        """Each learner's points for the lab, as ``nbgrader export`` wrote them."""
        with (self.folder / "grades.csv").open(newline="") as file:
            return {
                row["student_id"]: float(row["score"]) for row in csv.DictReader(file) if row["assignment"] == self.lab
            }

    def result(self, learner: str) -> NotebookNode:
        """A learner's autograded notebook."""
        return nbformat.read(self.folder / "autograded" / learner / self.lab / f"{self.lab}.ipynb", as_version=4)

    def left_running(self) -> list[str]:
        """The command lines of what this course's commands started and did not end."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == self.env[MARK] and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        return found


def put(folder: Path, name: str, what: NotebookNode | str) -> None:
    """Write a notebook or a text."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(what if isinstance(what, str) else nbformat.writes(what))


def texts(cell: NotebookNode) -> str:
    """All that a cell said: its streams, and its errors with their tracebacks."""
    said = []
    for output in cell.get("outputs", []):
        said.append(output.get("text", "") + output.get("evalue", "") + "\n".join(output.get("traceback", [])))
    return "\n".join(said)


def same(one: Path, other: Path) -> list[str]:
    """Fail unless two folders of labs are alike byte for byte; the files that were compared.

    What a learner's work leaves in ``labs/`` and git does not keep is no difference.
    """
    ignored = subprocess.run(
        ["git", "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "."],
        cwd=one,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    theirs = {str(path.relative_to(other)) for path in other.rglob("*") if path.is_file()}
    ours = {str(path.relative_to(one)) for path in one.rglob("*") if path.is_file()}
    extra = {name for name in ours - theirs if not any(name == path or name.startswith(path) for path in ignored)}
    assert ours - extra >= theirs, f"missing in {one.name}/: {theirs - ours}; run make labs"
    assert not extra, f"not from solutions/: {extra}; run make labs"
    differing = [name for name in sorted(theirs) if not filecmp.cmp(one / name, other / name, shallow=False)]
    assert not differing, f"not as solutions/ gives them: {differing}; run make labs"
    return sorted(theirs)
