"""Every clause of PEP 3333: where it is taught, what checks it, and what breaks it. The table is printed at the end."""

import nbformat
import pytest

import test_conformance_flaws as flaws
import test_conformance_inside as inside
import test_conformance_outside as servers
from answered import ROOT
from labkit.conformance import clauses
from labkit.conformance.outside import CHECKS
from labkit.conformance.report import Report, Row
from tables import TABLE

# Seen neither from outside nor from inside, and why.
UNSEEN = {"S28": "a server's offer to run single-threaded is a setting of the server, not an answer"}
MIDDLEWARE = {"M1": "collecting", "M2": "eager", "M3": "forgetting_close"}  # functions of test_conformance_inside.py


def taught() -> dict[str, list[str]]:
    """Clause -> the lesson cells that are tagged with it."""
    found: dict[str, list[str]] = {}
    for file in sorted(ROOT.glob("notebooks/*.ipynb")):
        for cell in nbformat.read(file, as_version=4).cells:
            for tag in cell.metadata.get("tags", []):
                if tag.startswith("clause:"):
                    found.setdefault(tag.removeprefix("clause:"), []).append(f"{file.stem[:2]} {cell.id}")
    return found


def breakers() -> dict[str, list[str]]:
    """Clause -> what the tests hold against it: a flawed server, a real one, an application or a middleware."""
    found: dict[str, list[str]] = {}
    for flaw, rows in flaws.FLAWS.items():
        for one in CHECKS:
            if any(one.title.startswith(words) for words in rows):
                found.setdefault(one.clause, []).append(f"server: {flaw}")
    for server, rows in servers.BROKEN.items():
        for clause, title in rows:
            found.setdefault(clause, []).append(f"{server}: {title}")
    for name in inside.WRONG:
        found.setdefault(name.split()[0], []).append(f"application: {inside.WRONG[name][1]}")
    for clause, name in MIDDLEWARE.items():
        assert callable(getattr(inside, name))
        found.setdefault(clause, []).append(f"middleware: {name}")
    return found


def checked() -> dict[str, str]:
    """Clause -> the check that sees it."""
    found = dict.fromkeys(MIDDLEWARE, "middleware")
    found |= {name.split()[0]: "from_inside" for name in inside.WRONG}
    for one in CHECKS:
        if one.clause not in UNSEEN:
            found[one.clause] = "both" if found.get(one.clause) == "from_inside" else "from_outside"
    return found


@pytest.fixture(scope="module")
def table():
    where, how, what = taught(), checked(), breakers()
    rows = [f"{'clause':<7}{'taught in':<30}{'checked':<14}broken by"]
    for name in clauses:
        cells, against = where.get(name, []), what.get(name, [])
        more = f" (+{len(cells) - 1})" if len(cells) > 1 else ""
        others = f" (+{len(against) - 1})" if len(against) > 1 else ""
        seen = how.get(name, "not seen")
        reason = (against[0] + others) if against else UNSEEN.get(name, "-")
        rows.append(f"{name:<7}{(cells[0] if cells else '-') + more:<30}{seen:<14}{reason}")
    rows.append(
        f"{len(clauses)} clauses, {len(where)} taught, {len(how)} checked, {len(set(what) & set(clauses))} with a breaker"
    )
    return where, how, what, rows


def test_every_clause_is_taught_in_a_lesson(table, record_property):
    record_property(f"{TABLE}the clauses of PEP 3333", table[3])
    assert set(table[0]) == set(clauses)


def test_every_clause_that_can_be_seen_is_checked(table):
    assert set(table[1]) == set(clauses) - set(UNSEEN)


def test_every_check_has_something_that_breaks_it(table):
    assert set(clauses) - set(UNSEEN) <= set(table[2])


def test_rows_that_are_not_seen_for_the_same_reason_are_shown_as_one():
    def row(clause, verdict, saw):
        return Row(clause, f"title of {clause}", "server", verdict, "did", "expected", saw)

    gone = [row(name, "not seen", "the server has gone") for name in ("S4", "S5", "S7")]
    report = Report("x", [row("S1", "not seen", "no probe"), *gone, row("S9", "kept", "yes")])
    assert [line.split()[0] for line in str(report).splitlines()[1:]] == ["–", "no", "✓", "–", "the"], str(report)
    assert "3 rows, S4 to S7" in str(report) and str(report).count("the server has gone") == 1
    html = report._repr_html_()
    assert html.count("the server has gone") == 1 and html.count("<tr") == 4 and "title of S5" in html
    assert len(report.not_seen) == 4, "only the display is folded"
