"""Eight learners hand in a lab through nbgrader's own commands, and an instructor grades them.

Three of them are ordinary; five would bring another grader down, or trick it. Everybody gets their own points.
``LABKIT_CLASS_EXERCISES=all`` runs the whole lab instead of its first exercises.
"""

import os
import re
from pathlib import Path

import classroom
import nbformat
import psutil
import pytest
from nbformat import NotebookNode

LAB = "lab01-callable"
EXERCISES = os.environ.get("LABKIT_CLASS_EXERCISES", "3")
LONGEST_CELL = 5
"""Seconds for a learner's cell: what the endless loop costs. A graded cell starts servers, and may take long here."""

WRONG = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello"]
"""
LEAVES_A_SERVER = """
import subprocess, sys
program = '''
import os, socket, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with socket.create_server(("127.0.0.1", 0)) as server:
            print(os.getpid(), server.getsockname()[1], file=open("left-running", "w"), flush=True)
            while True:
                server.accept()[0].sendall(b"HTTP/1.1 200 OK\\\\r\\\\nContent-Length: 2\\\\r\\\\n\\\\r\\\\nhi")
os._exit(0)
'''
subprocess.run([sys.executable, "-c", program], check=True)
server = subprocess.Popen(
    [sys.executable, "-m", "http.server", "0", "--bind", "127.0.0.1"], start_new_session=True, stdout=subprocess.DEVNULL
)
"""
PATCHES = """
import pathlib, sys
import labkit, labkit.checks

def generous(*arguments, **data):
    return None

labkit.require = labkit.check = labkit.checks.require = labkit.checks.check = generous
for package in {labkit.__file__, *map(str, pathlib.Path(KIT).rglob("checks/__init__.py"))}:
    pathlib.Path(package).write_text("def require(*arguments, **data): return None\\ncheck = require\\n")
"""
GENEROUS = "def require(*arguments, **data):\n    return None\n\n\ncheck = require\n"


def after_first_answer(book: NotebookNode, *sources: str) -> NotebookNode:
    """The notebook with more cells behind the first answer."""
    first = next(i for i, cell in enumerate(book.cells) if cell.metadata.get("nbgrader", {}).get("solution"))
    book.cells[first + 1 : first + 1] = [classroom.plain(source) for source in sources]
    return book


def shortened(book: NotebookNode, count: int) -> NotebookNode:
    """A lab's source with its first exercises only."""
    names = [
        cell.metadata["nbgrader"]["grade_id"] for cell in book.cells if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    keep = {name.removesuffix("-check") for name in names[:count]}
    about = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in book.cells]
    book.cells = [
        cell
        for cell, name in zip(book.cells, about, strict=True)
        if name is None or re.sub("-(task|answer|check)$", "", name) in keep
    ]
    return book


class EightLearners:
    """The course, what each of the eight hands in, and the points that each deserves.

    Another lab with the same shape of grade ids (``NAME-answer``, ``NAME-check``) needs only another ``LAB``.
    """

    def __init__(self, folder: Path) -> None:
        settings = f"c.Execute.timeout = {LONGEST_CELL}\nc.TwoPhaseExecute.graded_timeout = 60"
        self.course = classroom.Course.make(folder, LAB, classroom.ROOT / "solutions" / LAB, settings=settings)
        if EXERCISES != "all":
            path = self.course.folder / "solutions" / LAB / f"{LAB}.ipynb"
            nbformat.write(shortened(nbformat.read(path, as_version=4), int(EXERCISES)), path)
        self.course.nbgrader("generate_assignment", LAB)
        self.points = self.course.exercises()
        names = list(self.points)
        first, second, half = names[0], names[1], names[: len(names) // 2]
        wrong = {f"{name}-answer": self.written(name, WRONG) for name in names}
        answered = self.course.answered
        self.submissions: dict[str, NotebookNode] = {
            "right": answered(names),
            "half-right": answered(half, {key: wrong[key] for key in wrong if key.removesuffix("-answer") not in half}),
            "empty": answered([]),
            "wrong": answered([], wrong),
            "leaves-a-server": after_first_answer(answered([first, second]), LEAVES_A_SERVER),
            "loops": after_first_answer(answered([first, second]), "while True: pass"),
            "exits": after_first_answer(answered([first, second]), "import os; os._exit(0)"),
            "patches": after_first_answer(answered([]), f"KIT = {str(self.course.kit)!r}\n{PATCHES}"),
        }
        self.files = {"patches": {"labkit.py": GENEROUS, "conftest.py": GENEROUS, "sitecustomize.py": GENEROUS}}
        two = self.worth([first, second])
        self.deserved = {
            "right": self.worth(names),
            "half-right": self.worth(half),
            "empty": 0.0,
            "wrong": 0.0,
            "leaves-a-server": two,
            "loops": two,
            "exits": two,
            "patches": 0.0,
        }

    def worth(self, names: list[str]) -> float:
        return sum(self.points[name] for name in names)

    def written(self, name: str, text: str) -> str:
        """A cell that writes ``text`` into the file of an exercise."""
        cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in self.course.source().cells}
        return cells[f"{name}-answer"].partition("\n")[0] + text

    def hand_in(self) -> None:
        """Release, fetch, work, submit, collect: each learner in a folder of their own."""
        course, homes = self.course, self.course.folder.parent / "homes"
        config = "--course-dir", str(course.folder)
        for name in self.submissions:
            (homes / name).mkdir(parents=True)
        release = [(course.folder, ["release_assignment", LAB])]
        course.nbgrader_each(
            release + [(homes / name, ["fetch_assignment", LAB, *config]) for name in self.submissions]
        )
        for name, book in self.submissions.items():
            classroom.put(homes / name / LAB, f"{LAB}.ipynb", book)
            for file, text in self.files.get(name, {}).items():
                classroom.put(homes / name / LAB, file, text)
        submit = [(homes / name, ["submit", LAB, "--student", name, *config]) for name in self.submissions]
        course.nbgrader_each([*submit, (course.folder, ["collect", LAB])])


@pytest.fixture(scope="module")
def eight(tmp_path_factory: pytest.TempPathFactory) -> EightLearners:
    """The class, graded."""
    if not (classroom.ROOT / "solutions" / LAB).is_dir():
        pytest.skip(f"solutions/{LAB} is not there")
    made = EightLearners(tmp_path_factory.mktemp("eight"))
    made.hand_in()
    log = made.course.nbgrader("autograde", LAB)
    (made.course.folder / "log").write_text(log)
    made.course.nbgrader_each([(made.course.folder, ["generate_feedback", LAB]), (made.course.folder, ["export"])])
    return made


def test_each_gets_the_points_that_they_deserve(eight: EightLearners) -> None:
    assert eight.course.scores() == eight.deserved


def test_no_process_and_no_port_is_left(eight: EightLearners) -> None:
    assert eight.course.left_running() == []
    pid, port = (eight.course.folder / "autograded" / "leaves-a-server" / LAB / "left-running").read_text().split()
    assert not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE
    assert (
        "leaves-a-server" in (eight.course.folder / "log").read_text().partition("left behind:")[0].rsplit("\n", 1)[-1]
    )
    assert int(port) > 0


def test_each_learner_sees_what_happened_to_their_own_cells(eight: EightLearners) -> None:
    said = {name: "\n".join(map(classroom.texts, eight.course.result(name).cells)) for name in eight.submissions}
    assert f"longer than {LONGEST_CELL} seconds and was interrupted" in said["loops"]
    assert "This cell ended the Python process" in said["exits"]
    assert not any("This cell ended the Python process" in said[name] for name in said if name != "exits")
    assert not any("and was interrupted" in said[name] for name in said if name != "loops")


def test_the_kit_is_as_it_was(eight: EightLearners) -> None:
    assert "patches lab01-callable lab01-callable was examined while files" in (eight.course.folder / "log").read_text()
    theirs = eight.course.kit / "checks" / "__init__.py"
    assert "return None\ncheck = require" not in theirs.read_text()


def test_everybody_gets_a_feedback_page_with_their_score(eight: EightLearners) -> None:
    most = sum(eight.points.values())
    for name, points in eight.deserved.items():
        page = (eight.course.folder / "feedback" / name / LAB / f"{LAB}.html").read_text()
        assert f"(Score: {points} / {most})" in page, name


@pytest.mark.parametrize("learner", ["empty", "wrong", "patches"])
def test_every_exercise_without_points_says_why_without_a_stack_trace(eight: EightLearners, learner: str) -> None:
    cells = [cell for cell in eight.course.result(learner).cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert len(cells) == len(eight.points)
    for cell in cells:
        assert [output["ename"] for output in cell.outputs if output["output_type"] == "error"] == ["NotYet"]
        assert "Traceback" not in classroom.texts(cell)
