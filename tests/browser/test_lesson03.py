"""Lesson 03 as a learner meets it: run all, look, answer an exercise by typing, see the verdict turn."""

import os
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

LESSON = "notebooks/03-write-a-callable.ipynb"
ANSWER = """%%writefile route.py
PAGES = {"/": "Welcome", "/tea": "Green tea", "/cake": "Sold out"}


def app(environ, start_response):
    text = PAGES.get(environ["PATH_INFO"])
    status = "404 Not Found" if text is None else "200 OK"
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [(text or "No such page").encode()]
"""


def keep(picture: Path) -> None:
    """Copy a screenshot to the folder that KEEP_PICTURES names, for a maintainer to look at."""
    if folder := os.environ.get("KEEP_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, folder)


def test_a_learner_runs_the_lesson_answers_an_exercise_and_sees_the_verdict_turn(open_notebook, lab, pictures):
    lesson = open_notebook(LESSON)
    lesson.run_all(seconds=240)
    assert lesson.errors() == {}
    assert lesson.elsewhere == [], "nothing is fetched from another machine"

    assert "NotImplementedError" in lesson.output("callable-route-check")
    lesson.save()
    colours = set()
    for theme in ("Dark", "Light"):  # opened again, as a learner finds it the next day
        lab.theme(f"JupyterLab {theme}")
        lesson = open_notebook(LESSON)
        lanes = lesson.cell("callable-six-run").locator("figure svg")
        assert lanes.count() >= 1 and lanes.first.bounding_box()["width"] > 400
        keep(lesson.screenshot("callable-six-run", pictures / f"lanes-{theme}.png"))
        keep(lesson.screenshot("callable-route-check", pictures / f"failing-{theme}.png"))
        colours.add(lanes.first.locator("text").first.evaluate("text => getComputedStyle(text).fill"))
    assert len(colours) == 2, "the picture's text follows the theme"
    verdict = lesson.output("callable-route-check")
    assert "is not right yet" in verdict and "the answer is not written yet" in verdict
    assert "Hint:" in verdict

    lesson.type("callable-route-answer", ANSWER)
    lesson.run("callable-route-answer")
    verdict = lesson.run("callable-route-check")
    assert "route.py passes" in verdict and "not right yet" not in verdict
    keep(lesson.screenshot("callable-route-check", pictures / "passing.png"))
