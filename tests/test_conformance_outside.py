"""from_outside against real servers: what each of them keeps and breaks is measured, not believed."""

from pathlib import Path

import pytest

from labkit import serve
from labkit.conformance import Report, clauses, from_outside

PROBE = "labkit.conformance.probe:app"
SERVERS = {
    "gunicorn": (serve.Gunicorn, {}),
    "gthread": (serve.Gunicorn, {"workers": 2, "worker_class": "gthread", "threads": 4}),
    "waitress": (serve.Waitress, {}),
    "wsgiref": (serve.Wsgiref, {}),
    "uwsgi": (serve.Uwsgi, {}),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="module")
def reports(folder: Path) -> dict[str, Report]:
    """One report for each server, made when first asked for."""

    class Reports(dict):
        def __missing__(self, server: str) -> Report:
            program, settings = SERVERS[server]
            journals = {"LABKIT_CONFORMANCE_DIR": str(folder / "journals")}
            with program(PROBE, cwd=folder, env=journals, **settings) as running:
                self[server] = from_outside(running.url, facts=settings)
            return self[server]

    return Reports()


DEFERRED = ("S13", "headers wait for the first block")
REPLACED = ("S15", "exc_info replaces headers")
HOP = ("S16", "a hop-by-hop header")
CRLF = ("S16", "a header value with CR LF")
HEAD = ("A15", "the server sends no body for HEAD")
NEVER = ("S27", "never calls start_response")
LONG = ("S22", "a body longer than Content-Length")
CHUNKED = ("S26", "a chunked request")

# gunicorn 27.0.1, waitress 3.0.2, pyuwsgi 2.0.30.post1, wsgiref of CPython 3.11.
BROKEN = {
    "gunicorn": {DEFERRED, REPLACED, HOP, NEVER},
    "gthread": {DEFERRED, REPLACED, HOP, NEVER, ("S22", "a body shorter than Content-Length")},
    "waitress": {HEAD, ("S20", "a len() that does not work")},
    "wsgiref": {DEFERRED, HEAD, LONG, CHUNKED, ("S10", "wsgi.input ends at CONTENT_LENGTH"), CRLF},
    "uwsgi": {
        DEFERRED,
        HOP,
        CRLF,
        HEAD,
        NEVER,
        LONG,
        CHUNKED,
        ("S14", "a second start_response"),
        ("S17", "the answer says when it was made"),
        ("S26", "a request that is not HTTP"),
    },
}


@pytest.mark.parametrize("server", BROKEN)
def test_each_server_breaks_exactly_what_was_measured(server, reports):
    report = reports[server]
    assert report.row("S1").verdict == "kept", str(report)
    broken = {(row.clause, row.title) for row in report.broken}
    expected = {(clause, report.row(clause, words).title) for clause, words in BROKEN[server]}
    mended = {("S16", report.row("S16", "CR LF").title)} if server == "wsgiref" else set()  # CPython, 2026
    assert broken - mended == expected - mended, str(report)


@pytest.mark.parametrize(
    ("clause", "words", "server", "saw"),
    [
        ("S13", "headers wait", "waitress", "503 Changed"),
        ("S14", "a second", "gunicorn", "raised AssertionError"),
        ("S14", "a second", "uwsgi", "accepted: 202 Accepted"),
        ("S27", "never calls", "gunicorn", "b'HTTP/1.1 None'"),
        ("S27", "never calls", "waitress", "500"),
        ("S27", "never calls", "wsgiref", "500"),
        ("S16", "hop-by-hop", "gunicorn", "dropped"),
        ("S16", "hop-by-hop", "waitress", "500"),
        ("S16", "hop-by-hop", "wsgiref", "500"),
        ("S16", "hop-by-hop", "uwsgi", "sent to the client"),
        ("S22", "longer", "gunicorn", "b'hello'"),
        ("S22", "longer", "waitress", "b'hello'"),
        ("S22", "longer", "wsgiref", "EXTRA"),
        ("S22", "shorter", "gthread", "taken for the rest of the body: b'helloHTTP/'"),
        ("S23", "derived", "waitress", "Content-Length: 9"),
        ("S23", "derived", "wsgiref", "Content-Length: 9"),
        ("S23", "derived", "gunicorn", "not used here: the body ends by chunks"),
        ("S23", "derived", "uwsgi", "not used here: the body ends by closing"),
        ("S18", "each block", "waitress", "another request of ours"),
        ("S18", "each block", "gunicorn", "the next line of the request"),
        ("S25", "Expect", "gunicorn", "100 Continue, then 200"),
        ("S10", "ends at", "wsgiref", "waited until we closed our side"),
        ("S15", "replaces", "gunicorn", "with the first headers beside the new"),
        ("S15", "Content-Length", "waitress", "503 Changed with b'twenty bytes of body'"),
        ("S15", "Content-Length", "wsgiref", "nothing left to replace"),
        ("S27", "a length of its own", "waitress", "500 Internal Server Error with"),
        ("S27", "a length of its own", "uwsgi", "too late for an error answer"),
        ("S19", "left", "gunicorn", "before the end of the body"),
    ],
)  # fmt: skip
def test_the_report_says_how_the_servers_differ(clause, words, server, saw, reports):
    assert saw in reports[server].row(clause, words).saw


def test_flags_are_compared_with_the_facts_of_the_caller(reports):
    row = reports["gthread"].row("S9")
    assert row.verdict == "kept" and "multithread True, multiprocess True, run_once False" in row.saw


@pytest.mark.parametrize("server", ["gunicorn", "waitress"])
def test_every_server_clause_has_its_row(server, reports):
    rows = {row.clause for row in reports[server]}
    assert rows == {name for name in clauses if name[0] == "S"} | {"A15"}


def test_no_journal_is_left_behind(reports, folder):
    assert reports["gunicorn"].rows
    assert not (folder / "journals").exists()
