"""A gunicorn configuration that cannot be read, or does not start, is told in words; a running one is looked at."""

import textwrap

import pytest

from labkit.checks import exercises, find
from labkit.checks.deployment import Deployment, misspelled
from labkit.checks.lab03 import survive
from labkit.checks.registry import Exercise
from labkit.checks.site import Over
from labkit.checks.verdict import Observation

APP = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
"""


@pytest.fixture
def deploy(tmp_path):
    """Call it with the text of a configuration to get a Deployment of it."""
    kit, work, theirs = tmp_path / "kit.py", tmp_path / "work", tmp_path / "theirs"
    work.mkdir(), theirs.mkdir()
    kit.write_text(APP)
    exercise = Exercise("99/config", "a test", lambda place: iter(()), "config", "kit:app", {}, {"kit.py": kit})

    def deploy(text):
        path = theirs / "test.conf.py"
        path.write_text(textwrap.dedent(text))
        return Deployment(exercise, path, work)

    return deploy


def test_a_configuration_decides_how_many_workers_there_are(deploy):
    with deploy("workers = 3\n") as place:
        server = place.serve()
        assert place.wait_for(lambda: len(server.workers()) == 3)
        assert place.settings() == {"workers": 3}
    assert not server.alive, "it ends with the examination"


def test_gunicorn_is_asked_what_it_makes_of_a_file(deploy):
    text = "import os\nfor name in ('timeout', 'graceful_timeout'):\n    globals()[name] = int(os.environ['SECONDS'])\n"
    with deploy(text + "print('timeout = 1')\n") as place:
        found = place.effective({"SECONDS": "44"})
        assert (found["timeout"], found["graceful_timeout"], found["max_requests"]) == ("44", "44", "0")
        assert place.effective() == {}, "nothing is known when the file raises"


@pytest.mark.parametrize(("workers", "expect"), [(1, 3), (3, 1), (3, 3)])
def test_another_number_of_workers_than_expected_is_there_to_be_counted(deploy, workers, expect):
    with deploy(f"import os\nworkers = os.getppid() and {workers}\n") as place:
        server, error = place.attempt(expect=expect)
        assert error is None
        assert place.wait_for(lambda: len(server.workers()) == workers), (
            "those after the expected ones come a moment later"
        )


def test_a_start_that_must_fail_is_given_up_when_it_is_hopeless(deploy):
    with deploy("import sys\ndef post_worker_init(worker):\n    sys.exit(1)\n") as place:
        _, error = place.attempt(hopeless=lambda: place._started[0].log.count("exited with code 1") > 4)
        assert error.cause == "hopeless" and place.problems == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("workers = 'lots'\n", "gunicorn refuses workers = lots"),
        ("threads = 8 / 2\n", "gunicorn refuses threads = 4.0"),
        ("workers = 0\n", "gunicorn listens, but there is no worker"),
        ("workers = (3\n", "is not valid Python"),
        ("import os\nworkers = int(os.environ['CORES'])\n", "line 2 of test.conf.py raised KeyError"),
        ("workers = multiprocessing.cpu_count()\n", "line 1 of test.conf.py raised NameError"),
        ("raise NotImplementedError('Write it')\n", "not written yet"),
        ("daemon = True\n", "the process ended and said nothing"),
        ("worker_class = 'fast'\n", "gunicorn has no worker class 'fast'"),
        ("def when_ready(server):\n    raise ValueError('no cache')\n", "line 2 of test.conf.py raised ValueError"),
    ],
    ids=["value", "float", "no worker", "syntax", "key", "name", "stub", "daemon", "class", "hook"],
)
def test_a_configuration_that_does_not_work_is_told_why(deploy, text, words):
    with deploy(text) as place, pytest.raises(Over):
        place.serve()
    (row,) = place.problems
    assert words in row.saw and row.hints and not row.holds


def test_names_that_gunicorn_ignores_are_pointed_at(tmp_path):
    file = tmp_path / "a.conf.py"
    for name, meant in {"worker": "workers", "preload": "preload_app", "post_work_init": "post_worker_init"}.items():
        file.write_text(f"{name} = 4\n")
        assert f"did you mean `{meant}`" in misspelled(file)
    for text in ("if True:\n    worker_connection = 9\n", "timeout, worker_connection = 1, 9\n"):
        file.write_text(text)
        assert "did you mean `worker_connections`" in misspelled(file)
    for text in (
        "workers = 3\n",
        "import os\ncores = os.cpu_count()\n",
        "workers = (\n",
        "_workers = 3\n",
        "worker = 3\nthreads = 2 * worker\n",
    ):
        file.write_text(text)
        assert misspelled(file) == ""


@pytest.mark.parametrize("spelling", [0, 1])
def test_a_misspelled_name_is_told_at_once_or_after_another_hint(deploy, spelling):
    row = Observation("counted", "3 workers", "1", False, ("ask gunicorn", "read the file"))
    with deploy("worker = 3\n") as place:
        place.spelling = spelling
        (told,) = place.finish([row])
    assert "did you mean `workers`?" in told.hints[spelling]
    assert [hint for hint in told.hints if "did you mean" not in hint] == list(row.hints)


def test_what_lab03_ships_for_trying_is_what_its_checks_run(root):
    shipped = {file.name: file for file in (root / "solutions/lab03-gunicorn").glob("*.py")}
    used = {name: file for e in exercises() if e.name.startswith("lab03/") for name, file in e.files.items()}
    both = shipped.keys() & used.keys()
    assert {"trouble.py", "shopfront.py", "ledger.py"} <= both
    assert [name for name in sorted(both) if shipped[name].read_bytes() != used[name].read_bytes()] == []


def test_where_nobody_tells_the_pss_the_memory_is_not_counted_and_the_rest_is(tmp_path, monkeypatch):
    path, work = tmp_path / "memory.conf.py", tmp_path / "work"
    work.mkdir()
    path.write_text("workers = 3\n")  # right but for the memory
    monkeypatch.setattr(survive, "LINUX", False)
    with Deployment(find("lab03/memory"), path, work) as place:
        rows = list(survive.memory(place, table=8, rows=(1, 9)))
    assert all(row.holds for row in rows) and len(rows) == 6
    assert [row.did for row in rows if "not counted on this system" in row.saw] == [rows[2].did]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("workers = cores\n", "must be imported or defined"),
        ("import os\nworkers = int(os.environ['CORES'])\n", "may be missing"),
        ("workers = int('')\n", "Which values did it have"),
    ],
    ids=["name", "key", "value"],
)
def test_the_hint_fits_what_the_configuration_raised(deploy, text, words):
    with deploy(text) as place, pytest.raises(Over):
        place.serve()
    (row,) = place.problems
    assert words in row.hints[0]
