"""The answers under ``answers/`` and the notebooks' check calls that judge them; shared by the tests and the benchmarks."""

import ast
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from labkit.checks import Verdict, judge_file

ROOT = Path(__file__).parent.parent
ANSWERS = Path(__file__).parent / "answers"


class Call(NamedTuple):
    """How a notebook checks an exercise.

    Attributes:
        folder: the notebook's folder.
        file: the name that the learner's file has.
        data: the data of each check in turn; a lab's hidden tests come last.
    """

    folder: Path
    file: str
    data: list[dict[str, Any]]


def calls() -> dict[str, Call]:
    """Every exercise that a notebook checks, by name."""
    found: dict[str, Call] = {}
    for notebook in [*sorted(ROOT.glob("notebooks/*.ipynb")), *sorted(ROOT.glob("solutions/*/*.ipynb"))]:
        for cell in nbformat.read(notebook, as_version=4).cells:
            if cell.cell_type != "code" or cell.source.lstrip().startswith("%%"):
                continue
            for node in ast.walk(ast.parse(re.sub(r"^\s*[%!].*$", "pass", cell.source, flags=re.M))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("check", "require"):
                    name, file = (ast.literal_eval(argument) for argument in node.args)
                    data = {k.arg: ast.literal_eval(k.value) for k in node.keywords}
                    call = found.setdefault(name, Call(notebook.parent, file, []))
                    if data not in call.data:
                        call.data.append(data)
    return found


def answers(kind: str = "*") -> list[Path]:
    """The answer files, ``right`` or ``wrong`` ones or all."""
    return sorted(ANSWERS.glob(f"*/*/{kind}_*.py"))


def exercise_of(answer: Path) -> str:
    """The name of the exercise that a file answers."""
    return f"{answer.parent.parent.name}/{answer.parent.name}"


def place(answer: Path, call: Call, folder: Path) -> Path:
    """Lay an answer into a folder as a learner has it: under the exercise's name, beside what the lab ships."""
    if call.folder.parent.name == "solutions":
        for file in call.folder.glob("*.py"):
            shutil.copy(file, folder)
    return Path(shutil.copy(answer, folder / call.file))


def judge(answer: Path, call: Call, folder: Path) -> Verdict:
    """The verdict that a learner with this answer sees: the first that fails, or the last."""
    file = place(answer, call, folder)
    for data in call.data:
        verdict = judge_file(exercise_of(answer), file, data)
        if not verdict.passed:
            break
    return verdict
