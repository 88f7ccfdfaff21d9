"""Every measured fact about gunicorn that the course relies on: the cell that shows it, and the assertion that keeps it true.

A lesson's cell that shows a fact is tagged ``fact:NAME``, and the cell that asserts it ``assert-fact:NAME``.
"""

import re

import nbformat
import pytest

from answered import ROOT
from tables import TABLE

FACTS = {
    "overlap-exact": "inside the application at once: exactly workers x threads; gevent all that wait, 1 that computes",
    "sync-scaling": "100 ms of waiting, sync 3 and 5 against 1: 2.7 to 3.3 and 4.5 to 5.5 times the answers",
    "kinds": "40 clients, gthread 8, 32 threads and gevent against sync 1: within 15 % of 8, 32 and 40 times",
    "slow-requests": "4 slow requests, then 3 probes: sync x 2 answers none in time, gthread 2 x 8 all",
    "slow-clients-hold": "20 slow clients straight to sync x 3 or gthread 1 x 12: no probe is answered",
    "slow-clients-free": "the same to gevent or gthread 3 x 30: every probe is answered",
    "idle-connection": "one idle connection holds a sync worker until its timeout, and a gthread worker not at all",
    "preload-pss": "preload, 3 workers, much data: PSS falls to less than half, the sum of RSS does not",
    "preload-undone": "a loop that touches every object undoes it",
    "hup-lossless": "HUP under load: no request fails, and every worker is replaced",
    "hup-slow-start": "HUP when the application starts slowly: none fails, the longest answer waits for the start",
    "hup-preload": "HUP with preload does not load new code; USR2 does, and both versions answer meanwhile",
    "ttin-ttou": "TTIN starts one more, TTOU ends the oldest, never below one",
    "kill-9": "kill -9 of a worker: a new one comes, and only its own requests are lost",
    "sync-timeout": "a sync worker that is late by the timeout is killed; gthread and gevent let the request finish",
    "term-in-flight": "TERM: a request in flight gets its answer, a new connection is refused",
    "graceful-timeout": "graceful_timeout cuts a longer request",
    "max-requests": "workers that end after max_requests lose no request",
}


def tagged(prefix: str) -> dict[str, list[tuple[str, str]]]:
    """Name -> (lesson, cell id) of the code cells with this tag."""
    found: dict[str, list[tuple[str, str]]] = {}
    for file in sorted(ROOT.glob("notebooks/*.ipynb")):
        for cell in nbformat.read(file, as_version=4).cells:
            for tag in cell.metadata.get("tags", []):
                if tag.startswith(prefix):
                    assert cell.cell_type == "code", f"{cell.id}: a fact is shown and kept by code"
                    found.setdefault(tag.removeprefix(prefix), []).append((file.stem[:2], cell.id))
    return found


def asserted() -> set[str]:
    """Ids of the cells that assert something, and are tagged as such."""
    cells = [c for f in ROOT.glob("notebooks/*.ipynb") for c in nbformat.read(f, as_version=4).cells]
    return {
        c.id for c in cells if "assert-prose" in c.metadata.get("tags", []) and re.search(r"^ *assert ", c.source, re.M)
    }


@pytest.fixture(scope="module")
def cells():
    return tagged("fact:"), tagged("assert-fact:")


def test_every_fact_is_shown_in_a_lesson_and_kept_true_by_an_assertion(cells, record_property):
    shown, kept = cells
    rows = [f"{'fact':<20}{'shown in':<26}{'kept true by':<26}what"]
    for name, what in FACTS.items():
        where, by = (" ".join(found.get(name, [("-", "")])[0]) for found in cells)
        rows.append(f"{name:<20}{where:<26}{by:<26}{what}")
    record_property(f"{TABLE}facts about gunicorn", rows)
    assert set(shown) == set(FACTS)
    assert set(kept) == set(FACTS)


def test_what_keeps_a_fact_true_asserts_something_in_the_same_lesson(cells):
    shown, kept = cells
    can_fail = asserted()
    for name, where in kept.items():
        for lesson, cell in where:
            assert cell in can_fail, f"{cell} is tagged with {name} and asserts nothing"
            assert lesson in {shown_in for shown_in, _ in shown.get(name, [])}, f"{name} is shown elsewhere"
