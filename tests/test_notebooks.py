"""Every notebook is valid, readable, clean and formatted; every lesson runs twice and leaves nothing behind."""

import ast
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
LESSONS = sorted(ROOT.glob("notebooks/*.ipynb"))
NOTEBOOKS = [*LESSONS, *sorted(ROOT.glob("solutions/*/*.ipynb")), *sorted(ROOT.glob("labs/*/*.ipynb"))]

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.relative_to(ROOT)))
every_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells(path, kind):
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == kind]


def prose(path):
    """The Markdown of a notebook without what stands in code fences."""
    text = "\n\n".join(cell.source for cell in cells(path, "markdown"))
    return re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.M | re.S)


def files_written(path):
    """What the notebook's %%writefile cells write: (cell id, file name, text)."""
    found = []
    for cell in cells(path, "code"):
        first, _, body = cell.source.partition("\n")
        if first.startswith("%%writefile"):
            found.append((cell.id, first.split()[-1], body))
    return found


def test_there_are_notebooks():
    assert LESSONS


@every_notebook
def test_a_notebook_is_valid_and_carries_nothing_of_a_run_or_an_editor(path):
    notebook = nbformat.read(path, nbformat.NO_CONVERT)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert notebook.metadata.get("language_info", {"name": "python"}) == {"name": "python"}
    for cell in cells(path, "code"):
        assert cell.execution_count is None, cell.id
        assert cell.outputs == [], cell.id


@every_notebook
def test_cell_ids_are_words_that_a_person_chose(path):
    ids = [cell.id for cell in nbformat.read(path, 4).cells]
    assert len(ids) == len(set(ids))
    assert [name for name in ids if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", name)] == []


@every_notebook
def test_headings_form_an_outline(path):
    headings = re.findall(r"^(#+) (.+)$", prose(path), re.M)
    levels = [len(marks) for marks, _ in headings]
    assert levels[0] == 1, "the first heading is the title"
    assert levels.count(1) == 1, "there is one title"
    jumps = [title for (_, title), one, next_ in zip(headings[1:], levels, levels[1:], strict=False) if next_ > one + 1]
    assert jumps == [], "a heading is two levels below the one before it"


@every_notebook
def test_relative_links_lead_somewhere_and_pictures_have_words(path):
    text = re.sub(r"`[^`\n]*`", "", prose(path))
    assert re.findall(r"!\[\s*\]\(|<img(?![^>]*\balt=\"[^\"])[^>]*>", text) == [], "a picture without alt text"
    targets = re.findall(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)", text) + re.findall(r"(?:href|src)=\"([^\"]+)\"", text)
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        file, _, section = target.partition("#")
        goal = path.parent / file if file else path
        assert goal.exists(), f"{target} leads nowhere"
        if section and goal.suffix == ".ipynb":
            anchors = [title.strip().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", prose(goal), re.M)]
            assert section in anchors, f"{target}: no such section"


@every_notebook
def test_code_parses(path):
    transform = TransformerManager().transform_cell  # turns %magic and !command into calls
    for cell in cells(path, "code"):
        ast.parse(transform(cell.source), cell.id)
    for cell_id, name, body in files_written(path):
        if name.endswith(".py"):
            ast.parse(body, f"{cell_id} {name}")


@every_notebook
def test_what_became_of_a_prediction_is_displayed(path):
    transform = TransformerManager().transform_cell
    for cell in cells(path, "code"):
        tree = ast.parse(transform(cell.source), cell.id)
        shown = [tree.body[-1].value] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
        shown += [branch for last in shown if isinstance(last, ast.IfExp) for branch in (last.body, last.orelse)]
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        shown += [argument for call in calls if getattr(call.func, "id", "") == "display" for argument in call.args]
        for call in calls:
            if getattr(call.func, "attr", "") == "reveal":
                assert call in shown, f"{cell.id}: nobody sees line {call.lineno}: it is not the cell's last expression"


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=["linted", "formatted"])
def test_code_in_cells_is(command):
    ruff = [sys.executable, "-m", "ruff", *command, "--quiet", "notebooks", "solutions"]
    done = subprocess.run(ruff, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_that_cells_write_are_linted(tmp_path):
    for path in NOTEBOOKS:
        if path.is_relative_to(ROOT / "labs"):
            continue  # the same cells as in solutions/, with stubs
        for cell_id, name, body in files_written(path):
            if name.endswith(".py"):
                folder = tmp_path / path.stem / cell_id
                folder.mkdir(parents=True)
                (folder / name).write_text(body + "\n")
    ruff = [sys.executable, "-m", "ruff", "check", "--quiet", "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    but = [
        "*/*-answer/*:F401",  # an exercise imports what its answer will need
        "*:BLE001",  # a server catches whatever an application raises
        "*:SIM115",  # and a WSGI iterable closes its file in close(), where the server calls it
    ]
    done = subprocess.run(
        [*ruff, "--per-file-ignores", ",".join(but), "."], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@every_lesson
def test_restart_and_run_all_works_twice_and_leaves_no_process_or_file(
    path, tmp_path, tmp_path_factory, monkeypatch, leaves_no_process
):
    course = tmp_path / "notebooks"
    scratch = tmp_path_factory.mktemp("t")  # a short name: the address of a unix socket has some 100 bytes
    shutil.copytree(path.parent, course, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__"))
    monkeypatch.setenv("TMPDIR", str(scratch))
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):  # whoever asks the network gets an error
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")

    before = sorted(course.rglob("*"))
    for _ in range(2):
        notebook = nbformat.read(course / path.name, 4)
        client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": course}})
        client.execute()
        assert sorted(course.rglob("*")) == before, "files were left in notebooks/"
    until = time.monotonic() + 20.0  # the keeper removes a kernel's folders when it sees that the kernel has ended
    while (left := sorted(scratch.rglob("*"))) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == [], "files were left in the folder for temporary files"
