"""What can be handed in: damaged, renamed, edited where nobody should edit. Each gets its own points, and no other's."""

import json
import sqlite3
from contextlib import closing

import classroom
import pytest
from nbformat import NotebookNode

RIGHT = {name: f"print('{name}')\n" for name in ("one", "two", "three")}
EXPECTED = {"broken-file": 1, "renamed": 3, "tampered": 1, "twice": 6, "vandal": 6}
POINTS = {"one": 1, "two": 2, "three": 3}


def tampered(course: classroom.Course) -> NotebookNode:
    """Only the first answer is right; every graded cell and all that nbgrader noted about the cells was edited.

    Every cell also asks not to be run: nbgrader gives full points for a graded cell that was skipped.
    """
    made = course.answered(["one"])
    for cell in made.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]
        about = cell.metadata.get("nbgrader")
        if about and about["grade"]:
            cell.source = "pass"
            about.update(points=100, grade=False, solution=True, schema_version=1)
        elif about:
            about.update(grade=True, points="many", locked=True, checksum=7)
    made.cells.append(classroom.graded("invented", "pass", 50))
    made.metadata["kernelspec"] = {"name": "no-such-kernel", "language": "python", "display_name": "x"}
    return made


def twice(course: classroom.Course) -> NotebookNode:
    """Right, with every cell copied and pasted: JupyterLab copies nbgrader's metadata too."""
    made = course.answered(RIGHT)
    copies = json.loads(json.dumps(made.cells))
    for number, cell in enumerate(copies):
        cell["id"] = f"copy-{number}"
    made.cells = made.cells + [NotebookNode(cell) for cell in copies]
    return made


def vandal(course: classroom.Course) -> NotebookNode:
    """Right, and then it attacks the kit, the notebook that is being graded, and the folder's permissions."""
    made = course.answered(RIGHT)
    attack = f"""
import os, pathlib
for path in pathlib.Path({str(course.kit)!r}).rglob("*.py"):
    path.write_text("raise SystemExit('vandal')")
pathlib.Path({str(course.kit)!r}, "planted.py").touch()
os.remove("{course.lab}.ipynb")
os.symlink({str(course.folder / "solutions" / course.lab / (course.lab + ".ipynb"))!r}, "{course.lab}.ipynb")
os.symlink({str(course.folder / "gradebook.db")!r}, "book")
os.symlink("nowhere", "dangling")
os.mkfifo("pipe")
os.mkdir("locked"); os.chmod("locked", 0)
"""
    made.cells.append(classroom.plain(attack))
    return made


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> classroom.Course:
    """All of them graded by one run of nbgrader's command."""
    made = classroom.Course.make(tmp_path_factory.mktemp("odd"), "lab", classroom.small_lab())
    made.nbgrader("generate_assignment", "lab")
    made.hand_in("broken-file", '{"cells": [', {"one.py": RIGHT["one"]})
    home = made.hand_in("renamed", made.released(), {"three.py": RIGHT["three"]})
    (home / "lab.ipynb").rename(home / "lab-Copy1.ipynb")
    made.hand_in("tampered", tampered(made))
    made.hand_in("twice", twice(made))
    made.hand_in("vandal", vandal(made))
    (made.folder / "log").write_text(made.nbgrader("autograde", "lab"))
    made.nbgrader("export")
    return made


def test_each_submission_gets_the_points_of_its_own_files(course: classroom.Course) -> None:
    assert course.exercises() == POINTS
    assert course.scores() == EXPECTED


def test_no_score_is_missing_from_the_gradebook(course: classroom.Course) -> None:
    with closing(sqlite3.connect(course.folder / "gradebook.db")) as book:
        rows = book.execute("select auto_score, needs_manual_grade from grade").fetchall()
    assert len(rows) == len(EXPECTED) * len(POINTS)
    assert all(score is not None and not manual for score, manual in rows)


def test_graded_cells_are_those_of_the_source(course: classroom.Course) -> None:
    def checks(book: NotebookNode) -> dict[str, tuple[str, float]]:
        about = [(cell, cell.metadata.get("nbgrader", {})) for cell in book.cells]
        return {a["grade_id"]: (cell.source, a["points"]) for cell, a in about if a.get("grade")}

    for learner in EXPECTED:
        assert checks(course.result(learner)) == checks(course.source()), learner


def test_an_attack_on_the_installed_kit_is_undone_and_named(course: classroom.Course) -> None:
    log = (course.folder / "log").read_text()
    assert "vandal lab lab was examined while files of the installation changed" in log
    assert not (course.kit / "planted.py").exists()
    for path in (classroom.ROOT / "src" / "labkit" / "grade").glob("*.py"):
        assert "vandal" not in (course.kit / "grade" / path.name).read_text()


def test_files_outside_the_submission_are_not_written_through_links(course: classroom.Course) -> None:
    assert "BEGIN SOLUTION" in course.source().cells[1].source
    assert (course.folder / "gradebook.db").stat().st_mode & 0o200
    home = course.folder / "autograded" / "vandal" / "lab"
    assert not (home / "lab.ipynb").is_symlink()
    assert sorted(path.name for path in home.iterdir()) == ["lab.ipynb", "locked", "one.py", "three.py", "two.py"]


def test_a_learner_is_told_that_the_file_could_not_be_read(course: classroom.Course) -> None:
    assert "could not be read as a notebook" in course.result("broken-file").cells[-1].source


def test_nothing_is_left_running(course: classroom.Course) -> None:
    assert course.left_running() == []
