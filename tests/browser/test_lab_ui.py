"""The helpers themselves, on a small notebook: what the lesson tests stand on."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

pytestmark = pytest.mark.browser


@pytest.fixture
def small(lab):
    """A notebook with every kind of cell that the helpers must cope with."""
    cells = [
        new_markdown_cell("# A small one", id="title"),
        new_code_cell("import time\ntime.sleep(0.3)\nprint('slow')", id="slow"),
        new_code_cell("", id="empty"),
        new_code_cell(
            "from IPython.display import HTML, display\ndisplay(HTML('<b>seen</b>' + '<p>.</p>' * 100))",
            id="tall",
        ),
        new_code_cell("answer = 41\nanswer", id="exercise"),
        new_code_cell("assert answer == 42, 'not yet'\nprint('right')", id="check"),
        new_code_cell("print('after')", id="after"),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), lab.root / "small.ipynb")
    return "small.ipynb"


def test_a_learner_runs_all_types_an_answer_and_sees_the_verdict_turn(small, open_notebook, pictures):
    notebook = open_notebook(small)
    notebook.run_all()
    assert notebook.output("slow") == "slow"
    assert "seen" in notebook.output("tall")
    assert "not yet" in notebook.errors()["check"]
    assert notebook.counts()["after"] is None, "a cell after the error ran"

    notebook.type("exercise", "def find():\n    if True:\n        return 42\n\nanswer = find()\nanswer")
    assert notebook.run("exercise") == "42"
    assert notebook.run("check") == "right"
    assert notebook.errors() == {}
    assert notebook.screenshot("check", pictures / "check.png").stat().st_size > 500

    notebook.restart_and_run_all()
    assert notebook.output("after") == "after"
    assert notebook.counts()["slow"] == 1


def test_the_page_asks_no_other_machine_for_anything(small, open_notebook):
    notebook = open_notebook(small)
    notebook.page.wait_for_timeout(2_000)
    assert notebook.elsewhere == []
    assert notebook.page.locator(".jp-Dialog, .jp-toast-button").count() == 0, "a pop-up covers the lesson"


def test_saving_writes_what_was_typed(small, open_notebook, lab):
    notebook = open_notebook(small)
    notebook.type("exercise", "answer = 42")
    notebook.save()
    assert nbformat.read(lab.root / small, 4).cells[4].source == "answer = 42"
