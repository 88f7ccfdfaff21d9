"""Lesson 07 as a learner sees it: the tree of processes changes on the page while the signals are sent."""

import os
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

LESSON = "notebooks/07-run-gunicorn.ipynb"
# How many workers the tree in this cell has had, one number for each change of the page.
RECORD = """cell => {
    window.workers = [];
    new MutationObserver(() => {
        const now = cell.querySelectorAll('[role=status] li li').length;
        if (now && now !== window.workers.at(-1)) window.workers.push(now);
    }).observe(cell, {childList: true, subtree: true});
}"""


def keep(picture: Path) -> None:
    """Copy a screenshot to the folder that KEEP_PICTURES names, for a maintainer to look at."""
    if folder := os.environ.get("KEEP_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, folder)


def test_a_learner_sees_the_tree_change_while_signals_are_sent(open_notebook, pictures):
    lesson = open_notebook(LESSON)
    for name in ("fork-imports", "fork-wait", "fork-signals-guess"):
        lesson.run(name)
    lesson.cell("fork-signals-run").evaluate(RECORD)
    lesson.run("fork-signals-run")
    seen = lesson.page.evaluate("window.workers")
    assert {4, 1} <= set(seen), f"the tree on the page had these numbers of workers, one after the other: {seen}"
    assert lesson.cell("fork-signals-run").locator("[role=status]").count() == 1, "one display, updated in place"
    lesson.run("fork-signals-picture")
    assert lesson.cell("fork-signals-picture").locator("figure svg").first.bounding_box()["width"] > 400
    for name in ("fork-signals-run", "fork-signals-picture"):
        keep(lesson.screenshot(name, pictures / f"{name}.png"))
    assert lesson.errors() == {}
