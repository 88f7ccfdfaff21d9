"""What a learner finds in the place of a solution."""

import ast
import subprocess
from pathlib import Path

import classroom
import pytest

from labkit.grade import generate_labs
from labkit.grade.labs import LabError
from labkit.grade.stubs import STUBS, WORDS, StubError, clear_file_cell, file_cell, kind_of, written_files


def cleared(source: str) -> str:
    found = file_cell(source)
    assert found is not None
    return clear_file_cell(source, found)


def body(source: str) -> str:
    return source.partition("\n")[2]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("shop.py", "python"),
        ("gunicorn.conf.py", "python"),
        ("deep/er/app.PY", "python"),
        ("nginx.conf", "hash"),
        ("conf.d/shop.conf", "hash"),
        ("haproxy.cfg", "hash"),
        ("deployment.yaml", "hash"),
        ("kind.yml", "hash"),
        ("Dockerfile", "hash"),
        ("Dockerfile.slim", "hash"),
        ("shop.Dockerfile", "hash"),
        ("Containerfile", "hash"),
        (".dockerignore", "hash"),
        ("requirements.txt", "hash"),
        ("Makefile", "hash"),
        ("start.sh", "shell"),
        ("index.html", "markup"),
    ],
)
def test_the_stub_follows_the_type_of_the_file(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize("name", ["data.json", "photo.png", "noending", ".py"])
def test_a_file_type_without_a_stub_is_refused_by_name(name: str) -> None:
    with pytest.raises(StubError, match=name):
        kind_of(name)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%%writefile shop.py\nx", ("python", "shop.py", False)),
        ("%%writefile -a nginx.conf\nx", ("hash", "nginx.conf", True)),
        ("%%writefile --append 'my app.py'\nx", ("python", "my app.py", True)),
        ("\n\n%%file Dockerfile\nx", ("hash", "Dockerfile", False)),
        ("%%bash\nx", ("shell", None, False)),
        ("%%sh -e\nx", ("shell", None, False)),
    ],
)
def test_the_first_line_says_what_a_cell_writes(source: str, expected: tuple[str, str | None, bool]) -> None:
    found = file_cell(source)
    assert found is not None
    assert (found.kind, found.name, found.append) == expected


@pytest.mark.parametrize("source", ["", "x = 1", "%matplotlib inline", "%%time\nx", "# %%writefile a.py", "%%"])
def test_other_cells_are_left_to_nbgrader(source: str) -> None:
    assert file_cell(source) is None


FUNCTION = """%%writefile shop.py
def app(environ, start_response):
    \"\"\"Answer.\"\"\"
    ### BEGIN SOLUTION
    start_response("200 OK", [])
    return [b""]
    ### END SOLUTION
"""
TOP = """%%writefile shop.py
import os

### BEGIN SOLUTION
def app(environ, start_response):
    return []
### END SOLUTION
"""
NESTED = """%%writefile shop.py
def app(environ, start_response):
    if environ["PATH_INFO"] == "/":
        for part in "ab":
            ### BEGIN SOLUTION
            yield part
            ### END SOLUTION
    else:
        ### BEGIN SOLUTION
        yield b""
        ### END SOLUTION
"""
CLASS = """%%writefile -a shop.py
class App:
    ### BEGIN SOLUTION
    def __call__(self, environ, start_response):
        return []
    ### END SOLUTION
"""
DEDENTED_MARKS = """%%writefile shop.py
def app(environ, start_response):
### BEGIN SOLUTION
    return []
### END SOLUTION
"""
INSIDE_A_DICT = """%%writefile shop.py
ROUTES = {
    ### BEGIN SOLUTION
    "/": 1,
    ### END SOLUTION
}


def app(environ, start_response):
    ### BEGIN SOLUTION
    return []
    ### END SOLUTION
"""
BEFORE_FUTURE = """%%writefile shop.py
### BEGIN SOLUTION
\"\"\"A shop.\"\"\"
### END SOLUTION
from __future__ import annotations
"""


@pytest.mark.parametrize("source", [FUNCTION, TOP, NESTED, CLASS, DEDENTED_MARKS, INSIDE_A_DICT, BEFORE_FUTURE])
def test_a_stub_leaves_python_that_can_be_compiled(source: str) -> None:
    text = body(cleared(source))
    compile(text, "shop.py", "exec")
    assert "SOLUTION" not in text
    assert WORDS in text


def test_a_python_stub_raises_with_words_when_it_is_reached() -> None:
    names: dict[str, object] = {}
    exec(compile(body(cleared(FUNCTION)), "shop.py", "exec"), names)
    with pytest.raises(NotImplementedError, match="Write your answer here, then run this cell"):
        names["app"]({}, None)  # type: ignore[operator]


def test_every_region_of_a_cell_gets_its_stub_with_the_indentation_of_its_block() -> None:
    lines = cleared(NESTED).splitlines()
    assert [line for line in lines if "raise" in line] == [
        f'            raise NotImplementedError("{WORDS}")',
        f'        raise NotImplementedError("{WORDS}")',
    ]


def test_a_region_that_is_no_statement_leaves_a_comment_and_the_others_still_raise() -> None:
    tree = ast.parse(body(cleared(INSIDE_A_DICT)))
    assert isinstance(tree.body[0], ast.Assign)
    assert not tree.body[0].value.keys  # type: ignore[attr-defined]
    assert cleared(INSIDE_A_DICT).count("raise") == 1


def test_what_stands_around_a_region_is_kept_to_the_letter() -> None:
    source = "%%writefile nginx.conf\nevents {}\nhttp {\n\t# BEGIN SOLUTION\n\tserver {}\n\t# END SOLUTION\n}\n"
    assert cleared(source) == f"%%writefile nginx.conf\nevents {{}}\nhttp {{\n\t# {WORDS}\n}}\n"


@pytest.mark.parametrize(
    ("first", "stub"),
    [("%%writefile a.yaml", STUBS["hash"]), ("%%writefile Dockerfile", STUBS["hash"]), ("%%bash", STUBS["shell"])],
)
def test_a_solution_cell_without_regions_keeps_its_magic_and_loses_the_rest(first: str, stub: str) -> None:
    assert cleared(f"{first}\nall: of it\nis: the answer") == f"{first}\n{stub}"


def test_a_shell_stub_ends_with_an_error() -> None:
    text = body(cleared("%%bash\n# BEGIN SOLUTION\ntouch a\n# END SOLUTION\necho done"))
    ran = subprocess.run(["sh", "-c", text], capture_output=True, text=True, timeout=10, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("%%writefile a.py\n# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION", "inside a solution region"),
        ("%%writefile a.py\n# BEGIN SOLUTION\nx = 1", "without its END"),
        ("%%writefile a.py\nx = 1\n# END SOLUTION", "without its BEGIN"),
        ("%%writefile a.py\n# BEGIN SOLUTION\nx = = 1\n# END SOLUTION\ny = (", "not valid Python by itself"),
        ("%%writefile a.py\nif (x :=\n# BEGIN SOLUTION\n1):\n# END SOLUTION\n    y = 1", "no stub leaves a.py valid"),
    ],
)
def test_a_region_that_cannot_be_replaced_is_named(source: str, words: str) -> None:
    with pytest.raises(StubError, match=words):
        cleared(source)


def test_written_files_are_those_of_file_cells_once_each() -> None:
    cells = [
        classroom.plain("%%writefile a.py\n1"),
        classroom.plain("%%writefile -a a.py\n2"),
        classroom.plain("%%writefile b.unknown\n2"),
        classroom.plain("%%bash\n2"),
        classroom.plain("%%writefile nginx.conf\n2"),
    ]
    assert written_files(classroom.notebook(*cells)) == ["a.py", "nginx.conf"]


class TestInAGeneratedLab:
    """Through nbgrader's own generate_assignment."""

    @pytest.fixture(scope="class")
    @classmethod
    def course(cls, tmp_path_factory: pytest.TempPathFactory) -> classroom.Course:
        lab = classroom.small_lab()
        lab.cells += [
            classroom.solution("plain-answer", "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"),
            classroom.solution("whole-answer", "x = 1"),
            classroom.solution(
                "conf-answer", "%%writefile gunicorn.conf.py\n# BEGIN SOLUTION\nworkers = 3\n# END SOLUTION"
            ),
        ]
        made = classroom.Course.make(tmp_path_factory.mktemp("stubs"), "lab", classroom.notebook(*lab.cells))
        classroom.put(made.folder / "solutions" / "lab", "helper.py", "x = 1\n")
        made.nbgrader("generate_assignment", "lab")
        return made

    def test_plain_cells_get_nbgraders_own_stub(self, course: classroom.Course) -> None:
        source = {cell.id: cell.source for cell in course.released().cells}
        assert source["plain-answer"] == "def f():\n    # YOUR CODE HERE\n    raise NotImplementedError()"
        assert source["whole-answer"] == "# YOUR CODE HERE\nraise NotImplementedError()"

    def test_file_cells_get_the_stub_of_their_file(self, course: classroom.Course) -> None:
        source = {cell.id: cell.source for cell in course.released().cells}
        assert source["conf-answer"] == f"%%writefile gunicorn.conf.py\n{STUBS['python']}"
        assert WORDS in source["one-answer"]
        assert source["one-answer"].startswith("%%writefile one.py\ndef main():\n    # YOUR CODE HERE\n")

    def test_nbgrader_validate_passes_on_the_source_and_nothing_passes_on_the_release(
        self, course: classroom.Course
    ) -> None:
        # in other folders: the solved notebook writes the solved files
        for place, flags, words in (
            ("solutions", [], "Success! Your notebook"),
            ("labs", ["--invert"], "does not pass any"),
        ):
            folder = course.folder.parent / place
            folder.mkdir()
            text = (course.folder / place / "lab" / "lab.ipynb").read_text()
            (folder / "lab.ipynb").write_text(text)
            assert words in course.nbgrader("validate", "lab.ipynb", *flags, cwd=folder)

    def test_a_solved_file_beside_the_notebook_is_not_released(self, course: classroom.Course) -> None:
        leak: Path = course.folder / "solutions" / "lab" / "one.py"
        leak.write_text("def main():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n")
        with pytest.raises(LabError, match=r"one.py holds a solution"):
            generate_labs(course.folder, course.folder.parent / "elsewhere")
        leak.unlink()
