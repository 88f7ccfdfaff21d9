"""nbgrader_config.py: the same steps by the command line, the pages in JupyterLab and ``make labs``."""

import json
import subprocess
import sys
from pathlib import Path

import classroom
import nbformat
import pytest
from traitlets.config.loader import Config, PyFileConfigLoader

from labkit.grade import generate_labs

SOLUTIONS = classroom.ROOT / "solutions"


def settings(folder: Path) -> Config:
    return Config(PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config())


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> classroom.Course:
    made = classroom.Course.make(tmp_path, "lab", classroom.small_lab())
    for name in ("NBGRADER_EXCHANGE", "NBGRADER_WORK"):
        monkeypatch.delenv(name, raising=False)
    return made


def test_nbgraders_own_steps_are_kept_where_we_put_none_in_their_place(course: classroom.Course) -> None:
    """When a new nbgrader has another step, this test says so."""
    from nbgrader.converters import Autograde, GenerateAssignment

    ours = {
        "ClearSolutions": "ClearSolutionsByFile",
        "Execute": "TwoPhaseExecute",
        "OverwriteCells": "RestoreCells",
        "DeduplicateIds": "RestoreCells",
    }
    config = settings(course.folder)
    for converter, name in (
        (GenerateAssignment, "preprocessors"),
        (Autograde, "sanitize_preprocessors"),
        (Autograde, "autograde_preprocessors"),
    ):
        theirs = [step.__name__ for step in converter.class_traits()[name].default()]
        mine = [step.rpartition(".")[2] for step in config[converter.__name__][name]]
        if name != "sanitize_preprocessors":
            assert mine == [ours.get(step, step) for step in theirs]
        else:  # one step of ours does the work of two of theirs
            assert mine == list(
                dict.fromkeys(ours.get(step, step) for step in [theirs[0], "OverwriteCells", *theirs[1:]])
            )


def test_at_home_everything_lies_in_the_course_folder(course: classroom.Course) -> None:
    config = settings(course.folder)
    assert config.CourseDirectory.root == str(course.folder)
    assert Path(config.Exchange.root) == course.folder / "exchange"
    assert Path(config.Exchange.assignment_dir) == course.folder / "work"
    assert (course.folder / "exchange").is_dir()


def test_a_classroom_sets_the_exchange_by_the_environment(
    course: classroom.Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXCHANGE", str(tmp_path / "shared"))
    monkeypatch.setenv("NBGRADER_WORK", ".")
    config = settings(course.folder)
    assert (config.Exchange.root, config.Exchange.assignment_dir) == (str(tmp_path / "shared"), ".")
    assert not (tmp_path / "shared").exists()


def test_files_that_learners_write_are_not_overwritten_and_helper_files_are(course: classroom.Course) -> None:
    (course.folder / "solutions" / "lab" / "helper.py").write_text("x = 1\n")
    excluded = settings(course.folder).Autograde.exclude_overwriting
    assert excluded == {"lab": ["one.py", "two.py", "three.py"]}


def test_a_lab_that_cannot_be_generated_says_why(course: classroom.Course) -> None:
    lab = classroom.notebook(
        classroom.solution("a-answer", "%%writefile data.json\n// BEGIN SOLUTION\n// END SOLUTION")
    )
    nbformat.write(lab, course.folder / "solutions" / "lab" / "lab.ipynb")
    with pytest.raises(Exception, match=r"lab could not be generated.*no stub is known for the file 'data.json'"):
        generate_labs(course.folder)


@pytest.mark.skipif(not any(SOLUTIONS.glob("*/*.ipynb")), reason="there is no lab in solutions/")
def test_the_released_labs_are_those_that_solutions_give(tmp_path: Path) -> None:
    """``labs/`` is never edited; ``make labs`` writes it anew."""
    assert generate_labs(classroom.ROOT, tmp_path)
    assert classroom.same(classroom.ROOT / "labs", tmp_path)


def test_the_pages_in_jupyterlab_use_the_same_steps(course: classroom.Course) -> None:
    """nbgrader's Formgrader extension, as a Jupyter server loads it, generates and grades through its API."""
    program = """
import json, logging, sys
from jupyter_server.serverapp import ServerApp
from nbgrader.apps.api import NbGraderAPI
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

server = ServerApp()
page = FormgradeExtension(parent=server)
page.root_dir = sys.argv[1]
page.initialize([])
api = NbGraderAPI(page.coursedir, page.authenticator, page.exchange, parent=page)
results = [api.generate_assignment("lab")]
exec(sys.argv[2])
results.append(api.autograde("lab", "anna"))
print(json.dumps([page.url_prefix, results, api.get_submission("lab", "anna")]))
"""
    solved = "import shutil; shutil.copytree('solutions/lab', 'submitted/anna/lab')"
    ran = subprocess.run(
        [sys.executable, "-c", program, str(course.folder), solved],
        cwd=course.folder,
        env=course.env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    prefix, results, submission = json.loads(ran.stdout.splitlines()[-1])
    assert prefix == "."
    assert [result["success"] for result in results] == [True, True], results
    assert "Write your answer here, then run this cell" in course.released().cells[1].source
    assert "anna lab lab: graded cells" in results[1]["log"]
    assert (submission["score"], submission["max_score"]) == (6, 6)


def test_the_room_is_light_to_enter() -> None:
    """nbgrader takes seconds to import; only who uses it waits."""
    program = "import sys, labkit.grade, labkit.grade.stubs; print([m for m in sys.modules if m.startswith(('nbgrader', 'nbconvert'))])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    assert "generate_labs" in __import__("labkit.grade").grade.__all__
