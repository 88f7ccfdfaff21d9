"""CONTRIBUTING.md's ten steps, done in a copy of the course exactly as they are written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parent.parent
STEPS = (ROOT / "CONTRIBUTING.md").read_text()
BLOCK = re.compile(r"^```python (file|cell)=(\S+)( append)?\n(.*?)^```$", re.M | re.S)
KINDS = {  # nbgrader's metadata for the kinds of cells that step 7 names
    "cookie-answer": {"grade": False, "locked": False, "solution": True},
    "cookie-check": {"grade": True, "locked": True, "solution": False, "points": 2},
}


def copy_of_the_course(to):
    for name in ("src", "tests", "solutions", "labs", "notebooks"):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "answers")
        shutil.copytree(ROOT / name, to / name, ignore=ignored)
    for name in ("pyproject.toml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, to)
    return to


def run(course, *command):
    environment = {**os.environ, "PYTHONPATH": str(course / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *command], cwd=course, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def test_the_ten_steps_add_an_exercise_that_works(tmp_path):
    assert re.findall(r"^\*\*(\d+)\.", STEPS, re.M) == [str(n) for n in range(1, 11)], "ten steps, numbered"
    course = copy_of_the_course(tmp_path)
    notebook = course / "solutions" / "lab01-callable" / "lab01-callable.ipynb"
    book = nbformat.read(notebook, as_version=4)
    for kind, name, append, text in BLOCK.findall(STEPS):
        if kind == "file":
            file = course / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text((file.read_text() if append else "") + text)
        else:
            cell = nbformat.v4.new_code_cell(text.rstrip("\n"), id=f"lab01-{name}")
            cell.metadata["nbgrader"] = {"grade_id": name, "schema_version": 3, "task": False, **KINDS[name]}
            book.cells.append(cell)
    nbformat.write(book, notebook)

    run(course, "-m", "labkit.cli", "labs")  # make labs
    released = (course / "labs" / "lab01-callable" / "lab01-callable.ipynb").read_text()
    assert "cookie.py" in released and "NotImplementedError" in released
    assert "visits=(41, 9)" not in released and "partition" not in released

    out = run(course, "-m", "pytest", "-q", "tests/test_answers.py", "-k", "cookie")  # make test ARGS="-k cookie"
    assert "10 passed" in out, out
