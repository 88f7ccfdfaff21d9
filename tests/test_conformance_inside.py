"""from_inside judges an application clause by clause; middleware() judges what stands between."""

import os
import subprocess
import sys
import time

import pytest

from labkit import conformance
from labkit.conformance import Request, clauses, from_inside

TYPE = ("Content-Type", "text/plain")


def headers(*more):
    return [TYPE, *more]


def no_body(environ):
    return environ["REQUEST_METHOD"] == "HEAD"


# --- right applications, in several styles ---------------------------------------------------------------------------


def function(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"hello"
    start_response("200 OK", headers(("Content-Length", str(len(body)))))
    return [] if no_body(environ) else [body]


class Callable:
    def __call__(self, environ, start_response):
        start_response("404 Not Found", headers())
        return [] if no_body(environ) else (b"no", b"thing")


class Iterable:
    def __init__(self, environ, start_response):
        self.environ, self.start = environ, start_response

    def __iter__(self):
        self.start("200 OK", headers())
        if not no_body(self.environ):
            yield b"hello"


def generator(environ, start_response):
    start_response("200 OK", headers())
    yield b""
    if not no_body(environ):
        with open(__file__, "rb") as file:
            yield from file


def careful(environ, start_response):
    try:
        if environ["REQUEST_METHOD"] == "PUT":
            raise ValueError("no")
        start_response("200 OK", headers())
    except ValueError:
        start_response("400 Bad Request", headers(), sys.exc_info())
    return []


def endless(environ, start_response):
    start_response("200 OK", headers())
    if no_body(environ):
        return
    while True:
        yield b"tick\n"


def flask_app():
    flask = pytest.importorskip("flask")
    app = flask.Flask(__name__)

    @app.route("/", methods=["GET", "POST"])
    def home():
        return {"form": dict(flask.request.form), "json": flask.request.get_json(silent=True)}

    return app


def werkzeug_app():
    wrappers = pytest.importorskip("werkzeug.wrappers")

    @wrappers.Request.application
    def app(request):
        return wrappers.Response(request.get_data() or "hello")

    return app


@pytest.mark.parametrize("app", [function, Callable(), Iterable, generator, careful, endless])
def test_right_applications_keep_every_clause(app):
    report = from_inside(app)
    assert report and not report.not_seen, str(report)
    assert {row.clause for row in report} == {f"A{n}" for n in range(1, 16)} | {"S14", "S22"}


@pytest.mark.parametrize("make", [flask_app, werkzeug_app])
def test_applications_of_frameworks_keep_every_clause(make):
    report = from_inside(make())
    assert report and not report.not_seen, str(report)


# --- one wrong application for each clause, right in everything else ------------------------------------------------


def answering(status="200 OK", pairs=None, body=None):
    def app(environ, start_response):
        start_response(status, headers() if pairs is None else pairs())
        return [] if no_body(environ) else [b"hello"] if body is None else body()

    return app


def one_argument(environ):
    return []


def once_only():
    calls = []

    def app(environ, start_response):
        calls.append(environ["REQUEST_METHOD"])
        if calls.count("GET") > 1:
            raise RuntimeError("used up")
        return function(environ, start_response)

    return app


def always_raising(environ, start_response):
    raise NameError("name 'boddy' is not defined")


def late_start(environ, start_response):
    yield b""
    start_response("200 OK", headers())


def shared_headers():
    pairs = headers()
    return answering(pairs=lambda: pairs)


class Miscounted(list):
    def __len__(self):
        return 7


def trapping(environ, start_response):
    start_response("200 OK", headers())
    if no_body(environ):
        return
    yield b"begin"
    try:
        raise ValueError("x")
    except ValueError:
        try:
            start_response("500 Oops", headers(), sys.exc_info())
        except ValueError:
            yield b"end"


def writing(environ, start_response):
    write = start_response("200 OK", headers())
    if not no_body(environ):
        yield b"a"
        write(b"b")


def closing_input(environ, start_response):
    environ["wsgi.input"].close()
    start_response("200 OK", headers())
    return []


def greedy(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", headers())
    return []


class Holding:
    """Opens a file and leaves it to the garbage collector to close it."""

    def __init__(self, environ, start_response):
        start_response("200 OK", headers())
        self.file = open(__file__, "rb")  # noqa: SIM115
        self.lines = [] if no_body(environ) else self.file

    def __iter__(self):
        return iter(self.lines)


def body_for_head(environ, start_response):
    start_response("200 OK", headers())
    return [b"hello"]


def twice(environ, start_response):
    start_response("200 OK", headers())
    try:
        start_response("404 Not Found", headers())
    except AssertionError:
        return []


WRONG = {
    "A1 signature": (one_argument, "takes 1 positional argument but 2 were given"),
    "A1 once": (once_only(), "the same request worked before, then GET / raised RuntimeError: used up"),
    "A1 raising": (always_raising, "every call raised; GET / raised NameError: name 'boddy' is not defined"),
    "A2": (late_start, "after block 1"),
    "A3": (answering(status="200"), "no reason"),
    "A3 line end": (answering(status="200 OK\r\nSet-Cookie: a=b"), "control character"),
    "A3 spaces": (answering(status="200  OK"), "more than one space"),
    "A4": (answering(pairs=lambda: (TYPE,)), "the headers are a tuple"),
    "A4 shared": (shared_headers(), "used the same list again"),
    "A5": (answering(pairs=lambda: [("X-Price", "10 \u20ac")]), "10 \u20ac"),
    "A6": (answering(pairs=lambda: [("Connection", "close")]), "Connection"),
    "A7": (answering(pairs=lambda: [("Transfer-Encoding", "chunked")]), "Transfer-Encoding"),
    "A8": (answering(body=lambda: ["hello"]), "block 1 is a str: 'hello'"),
    "A9": (answering(body=lambda: Miscounted([b"a"])), "len() is 7, but it gave 1 blocks"),
    "A10": (trapping, "caught ValueError and went on"),
    "A11": (writing, "from inside the iterable"),
    "A12": (closing_input, "closed wsgi.input"),
    "A13": (greedy, "read()"),
    "A14": (Holding, "still held"),
    "A15": (body_for_head, "5 bytes of body (in HEAD /)"),
    "S14": (twice, "called 2 times"),
    "S22": (answering(pairs=lambda: [("Content-Length", "6")]), "Content-Length is '6', the body has 5 bytes"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_application_breaks_exactly_its_clause(name):
    app, words = WRONG[name]
    if name == "A14" and not sys.platform.startswith("linux"):
        pytest.skip("open files can be listed on Linux only")
    report = from_inside(app)
    assert {row.clause for row in report.broken} == {name.split()[0]}, str(report)
    assert words in report.broken[0].saw
    assert report.broken[0].hint or name.startswith("A1")


def test_every_clause_of_the_application_has_a_wrong_application():
    assert {name.split()[0] for name in WRONG} >= {name for name in clauses if name[0] == "A"}


def test_requests_of_the_caller_are_used_instead():
    seen = []

    def app(environ, start_response):
        seen.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"]))
        return function(environ, start_response)

    assert from_inside(app, requests=["GET /caf%C3%A9?x=%201", Request("POST", "/", b"x", "text/plain")])
    assert seen == [
        ("GET", "/caf\u00c3\u00a9", "x=%201"),
        ("POST", "/", ""),
        ("GET", "/caf\u00c3\u00a9", "x=%201"),
    ]


# --- applications by name or file, in a process of their own --------------------------------------------------------


def written(folder, text, name="shop.py"):
    path = folder / name
    path.write_text(text)
    return str(path)


RIGHT = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return []
"""


def test_a_file_is_checked_in_another_process(tmp_path):
    noted = tmp_path / "pid"
    report = from_inside(written(tmp_path, f"import os\nopen({str(noted)!r}, 'w').write(str(os.getpid()))\n{RIGHT}"))
    assert report and not report.not_seen, str(report)
    assert int(noted.read_text()) != os.getpid()
    assert not (tmp_path / "__pycache__").exists()


def test_a_module_and_another_name(tmp_path, monkeypatch):
    written(tmp_path, RIGHT.replace("def app", "def other"), "store.py")
    monkeypatch.chdir(tmp_path)
    assert from_inside("store:other")
    assert from_inside("store.py:other")
    missing = from_inside("store.py").row("A1")
    assert missing.verdict == "broken" and "store.py has nothing called app" in missing.saw


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def app(environ, start_response:\n", "SyntaxError"),
        ("import nothing_of_this_name\n", "No module named 'nothing_of_this_name' (shop.py, line 1"),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3 (shop.py, line 2"),
        ("import os\nos._exit(3)\n", "its process ended with code 3, while it was imported"),
        ("import time\ntime.sleep(60)\n", "did not return within 1 s, while it was imported"),
        ("def app(e, s):\n    while True: pass\n", "did not return within 1 s, in GET /"),
        ("import os\ndef app(e, s): os._exit(0)\n", "its process ended with code 0, in GET /"),
        ("def app(e, s): return [b'x' * 2**40]\n", "MemoryError"),
    ],
)
def test_whatever_a_file_does_there_is_a_verdict_in_bounded_time(tmp_path, text, words):
    report = from_inside(written(tmp_path, text), seconds=1)
    assert [row.clause for row in report.broken][:1] == ["A1"], str(report)
    assert words in report.broken[0].saw
    assert "A8" in {row.clause for row in report.not_seen}


def test_a_file_that_is_not_there_is_said(tmp_path):
    report = from_inside(str(tmp_path / "nothing.py"))
    assert "there is no file" in report.row("A1").saw


def test_what_a_file_started_is_ended_with_it(tmp_path):
    text = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
{RIGHT}"""
    psutil = pytest.importorskip("psutil")
    assert from_inside(written(tmp_path, text))
    pid = int((tmp_path / "pid").read_text())
    until = time.monotonic() + 5
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" and time.monotonic() < until:
        time.sleep(0.02)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie"


# --- middleware ------------------------------------------------------------------------------------------------------


def pass_through(app):
    return app


def timing(app):
    class Timed:
        def __init__(self, environ, start_response):
            self.blocks = app(environ, start_response)

        def __iter__(self):
            return iter(self.blocks)

        def close(self):
            if hasattr(self.blocks, "close"):
                self.blocks.close()

    return Timed


def upper(app):
    def wrapped(environ, start_response):
        blocks = app(environ, start_response)
        try:
            for block in blocks:
                yield block.upper()
        finally:
            if hasattr(blocks, "close"):
                blocks.close()

    return wrapped


def collecting(app):
    """Gives one block for two, as long as nothing forces it to give more."""

    def wrapped(environ, start_response):
        blocks = app(environ, start_response)
        try:
            held = b""
            for number, block in enumerate(blocks):
                held += block
                if number % 2:
                    yield held
                    held = b""
            yield held
        finally:
            blocks.close()

    return wrapped


def eager(app):
    class Eager:
        def __init__(self, environ, start_response):
            self.inner = app(environ, start_response)
            self.rest = iter(self.inner)
            self.first = next(self.rest)

        def __iter__(self):
            yield self.first
            yield from self.rest

        def close(self):
            self.inner.close()

    return Eager


def through_write(app):
    class Writing:
        def __init__(self, environ, start_response):
            self.inner = app(environ, self.begin)
            self.start = start_response

        def begin(self, status, pairs, exc_info=None):
            self.write = self.start(status, pairs)
            return self.write

        def __iter__(self):
            for block in self.inner:
                self.write(block)
                yield b""

        def close(self):
            self.inner.close()

    return Writing


def forgetting_close(app):
    def wrapped(environ, start_response):
        yield from app(environ, start_response)

    return wrapped


def returning_none(app):
    def wrapped(environ, start_response):
        app(environ, start_response)

    return wrapped


def raising(app):
    raise ValueError("not today")


@pytest.mark.parametrize("wrap", [pass_through, timing, upper])
def test_right_middleware_keeps_its_clauses(wrap):
    report = conformance.middleware(wrap)
    assert report and {row.clause for row in report} == {"M1", "M2", "M3"}, str(report)


@pytest.mark.parametrize(
    ("wrap", "broken", "words"),
    [
        (collecting, {"M1"}, "2 blocks of the application went in before the next came out"),
        (eager, {"M2"}, "1 blocks were asked for before"),
        (through_write, {"M2", "A11"}, "it gave them to write()"),
        (forgetting_close, {"M3"}, "it was called 0 times"),
        (returning_none, {"M2", "M3", "A2", "A8"}, "it returned None"),
        (raising, {"M2"}, "ValueError: not today"),
    ],
)
def test_wrong_middleware_breaks_its_clause(wrap, broken, words):
    report = conformance.middleware(wrap)
    assert {row.clause for row in report.broken} == broken, str(report)
    assert any(words in row.saw for row in report.broken)


# --- the report ------------------------------------------------------------------------------------------------------


def test_the_report_counts_sorts_and_speaks():
    report = from_inside(answering(status="200"))
    assert not report and len(report.rows) == len(report.kept) + len(report.broken) + len(report.not_seen)
    assert report.verdict("A3") == "broken" and report.verdict("A4") == "kept" and report.verdict("M1") == "not seen"
    text = str(report)
    assert "1 broken (A3), 0 not seen" in text.splitlines()[0]
    assert text.splitlines()[1].startswith("\u2717 broken    A3")
    assert "hint: add a space and a reason, as in '200 OK'" in text
    dicts = report.to_dicts()
    assert dicts[2]["clause"] == "A1" and set(dicts[0]) >= {
        "clause",
        "title",
        "who",
        "verdict",
        "did",
        "expected",
        "saw",
    }
    with pytest.raises(KeyError, match="no row M1"):
        report.row("M1")


def test_the_html_says_the_verdict_in_words_and_escapes_what_was_seen():
    report = from_inside(answering(pairs=lambda: [("X-<script>", "a")]))
    page = report._repr_html_()
    assert "<script>" not in page and "X-&lt;script&gt;" in page
    assert '<th scope="row">' in page and "<caption>" in page
    assert '<span aria-hidden="true">\u2717</span> broken' in page
    assert "https://peps.python.org/pep-3333/#" in page
    assert "var(--jp-" in page and "http://" not in page


def test_the_clauses_have_the_names_of_the_specification():
    names = [f"S{n}" for n in range(1, 29)] + [f"A{n}" for n in range(1, 16)] + ["M1", "M2", "M3"]
    assert list(clauses) == names
    assert {clause.side for clause in clauses.values()} == {"server", "application", "middleware"}


def test_asking_for_one_name_loads_no_other_room():
    code = (
        "import sys; from labkit.conformance import from_inside; assert 'labkit.conformance.outside' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
