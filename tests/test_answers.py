"""Every answer that people give: the right ones pass, each wrong one is rejected with the message for its mistake.

The answers are files: ``answers/GROUP/EXERCISE/right_*.py`` and ``wrong_*.py``. A wrong answer begins with comments:

    # mistake: what the learner got wrong
    # says: words that the verdict must contain (one line for each piece of text)

It is run as the graded cell would run it: with the visible check's data, then with the hidden tests'.
"""

import re

import pytest

from answered import ANSWERS, answers, calls, exercise_of, judge
from labkit.checks import exercises

CALLS = calls()


def said(answer):
    return tuple(" ".join(words.split()) for words in re.findall(r"^# says: (.+)$", answer.read_text(), re.M))


@pytest.mark.parametrize("answer", [pytest.param(f, id=str(f.relative_to(ANSWERS))) for f in answers()])
def test_right_answers_pass_and_wrong_ones_are_told_their_mistake(answer, tmp_path):
    verdict = judge(answer, CALLS[exercise_of(answer)], tmp_path)
    if answer.name.startswith("right_"):
        assert verdict.passed, f"\n{verdict}"
        return
    assert not verdict.passed, f"this was to be rejected:\n{verdict}"
    assert said(answer), "a wrong answer names what it is to be told: # says: ..."
    text = " ".join(str(verdict).split())
    for words in said(answer):
        assert words in text, f"the verdict does not say {words!r}:\n{verdict}"


@pytest.mark.parametrize("name", [e.name for e in exercises()])
def test_every_exercise_is_used_and_has_enough_answers(name):
    assert name in CALLS, "no notebook uses this exercise"
    wrong, right = ([f for f in answers(kind) if exercise_of(f) == name] for kind in ("wrong", "right"))
    assert len(wrong) >= 6 and len(right) >= 3
    assert len({said(f) for f in wrong}) == len(wrong), "two mistakes have the same message"
