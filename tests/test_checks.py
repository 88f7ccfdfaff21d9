"""A verdict on whatever a learner's file does: in words, in bounded time, in another process, with nothing left."""

import contextlib
import json
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from labkit import NotYet, check, require
from labkit.checks import Observation, UnknownExercise, Verdict, judge_file

EXERCISE = "00/hello"
RIGHT = """
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"Hello!"]
"""
# What the file holds -> what the verdict says. Each of these must end, and leave nothing.
HOSTILE = {
    "answers nothing": ("def app(e, s):\n    while True: pass", "no byte came back within 5 s"),
    "ends its process": ("import os\ndef app(e, s):\n    os._exit(3)", "closed without a byte of answer"),
    "floods its log": ("def app(e, s):\n    while True: print('x' * 10_000)", "wrote without end in line 2"),
    "yields without end": (
        "def app(e, s):\n    s('200 OK', [])\n    while True: yield b'x' * 1_000_000",
        "more than 8 MB, and no end",
    ),
    "takes all memory": ("def app(e, s):\n    x = b'x' * 10**10", "more than 2 GB of memory in line 2"),
    "kills its arbiter": (
        "import os\ndef app(e, s):\n    os.kill(os.getppid(), 9)\n    os._exit(1)",
        "closed without a byte of answer",
    ),
    "never finishes loading": ("while True: pass", "did not answer within 10 seconds: loading hello.py does not end"),
    "leaves while loading": ("import sys\nsys.exit(0)", "ended while it loaded hello.py, one after the other"),
    "has a syntax error": ("def app(e, s)\n    pass", "hello.py is not valid Python: line 1: expected ':'"),
    "has no app": ("def application(e, s): pass", "hello.py has no name 'app'; it has application"),
    "has an app that cannot be called": ("app = 3", "'app' in hello.py is not callable"),
    "uses a name of another cell": (
        "def app(e, s):\n    s('200 OK', [])\n    return [json.dumps(1)]",
        "NameError in line 3 of hello.py",
    ),
    "needs another cell to load": ("app = make_app()", "hello.py failed while it was imported (line 1): NameError"),
    "raises": ("def app(e, s):\n    return {}['x']", "KeyError in line 2 of hello.py: 'x'"),
    "is the stub": ("def app(e, s):\n    raise NotImplementedError('write it')", "the answer is not written yet"),
    "is empty": ("\n", "an empty file"),
    "imports what is not there": ("import no_such_thing", "imports 'no_such_thing', which is not installed here"),
}


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(text, name="hello.py"):
        (tmp_path / name).write_text(textwrap.dedent(text))
        return tmp_path / name

    return write


def leftovers():
    """Own descendants but the keepers, and scratch folders of this process."""
    mine = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended while we looked
            if "keeper.py" not in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                mine.append(process)
    folders = list(Path(tempfile.gettempdir()).glob(f"labkit-{psutil.Process().pid}-*"))
    return mine, folders


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_a_file_does_gets_a_verdict_in_words_and_leaves_nothing(kind, write):
    text, words = HOSTILE[kind]
    write(text)
    verdict = judge_file(EXERCISE, "hello.py")
    assert not verdict.passed
    assert words in " ".join(str(verdict).split()), f"\n{verdict}"
    assert verdict.failures[0].hints, "a beginner is told where to look"
    assert "site.py" not in str(verdict) and "recorder.py" not in str(verdict), "no frame of ours is shown"
    assert wait_until(lambda: leftovers() == ([], [])), leftovers()


def test_a_server_that_ignores_sigterm_and_leaves_a_daemon_is_ended_all_the_same(write):
    write("""
        import os, signal, subprocess
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        def app(environ, start_response):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            subprocess.Popen(["sleep", "602"], start_new_session=True)
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"Hello!"]
    """)
    judge_file(EXERCISE, "hello.py")
    assert wait_until(lambda: leftovers() == ([], [])), leftovers()
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "602"]]


def test_a_kernel_killed_in_the_middle_of_a_verdict_leaves_nothing(write, tmp_path):
    write("while True: pass")
    code = f"from labkit.checks import judge_file; judge_file({EXERCISE!r}, {str(tmp_path / 'hello.py')!r})"
    kernel = subprocess.Popen([sys.executable, "-c", code])

    def folders():
        return list(Path(tempfile.gettempdir()).glob(f"labkit-{kernel.pid}-*/**/server.log"))

    assert wait_until(lambda: folders() and len(psutil.Process(kernel.pid).children(recursive=True)) >= 5)
    started = psutil.Process(kernel.pid).children(recursive=True)
    folders_of_all = [f for p in started for f in Path(tempfile.gettempdir()).glob(f"labkit-{p.pid}-*")]
    kernel.kill()
    kernel.wait()
    assert wait_until(lambda: not any(p.is_running() for p in started))
    assert not folders_of_all, "what the judge makes lies in its own folder"
    assert wait_until(lambda: not list(Path(tempfile.gettempdir()).glob(f"labkit-{kernel.pid}-*")))


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_a_missing_file_is_missed_with_what_is_there(write):
    write(RIGHT, "helo.py")
    verdict = judge_file(EXERCISE, "hello.py")
    assert "there are helo.py" in str(verdict) and "%%writefile hello.py" in str(verdict)


def test_the_learners_folder_is_left_as_it_was(write, tmp_path):
    write(RIGHT + "\nopen('made.txt', 'w').write('x')\n")
    before = sorted(tmp_path.iterdir())
    judge_file(EXERCISE, "hello.py")
    assert sorted(tmp_path.iterdir()) == before


def test_patching_the_kit_in_the_kernel_or_in_the_file_changes_no_verdict(write, monkeypatch):
    from labkit.checks import judge, site

    monkeypatch.setattr(judge, "judge", lambda payload: {"observations": []})
    monkeypatch.setattr(site.rules, "findings", lambda events: [])
    write("""
        import labkit.checks.site, labkit.conformance.rules
        labkit.conformance.rules.findings = lambda events: []
        labkit.checks.site.examine = lambda *a: iter(())
        def app(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return ["hello"]
    """)
    assert "block 1 is a str" in str(judge_file(EXERCISE, "hello.py"))


def test_a_file_of_the_learners_named_like_the_kit_is_not_taken_for_it(write):
    write("raise RuntimeError('mine')", "labkit.py")
    write(RIGHT)
    assert judge_file(EXERCISE, "hello.py").passed


def test_an_unknown_exercise_is_answered_with_those_that_exist():
    with pytest.raises(UnknownExercise, match="there is no exercise 'lab01/nothing'. There are: .*lab01/status"):
        judge_file("lab01/nothing", "x.py")


def test_data_that_an_exercise_does_not_take_is_refused():
    with pytest.raises(TypeError, match="not colour"):
        judge_file(EXERCISE, "x.py", {"colour": "red"})


def test_an_examination_without_observations_is_no_pass():
    assert not Verdict("x", "x.py", ()).passed


def some(*holds):
    return tuple(Observation(f"did {n}", "this", "that", h, ("hint one", "hint two")) for n, h in enumerate(holds))


def test_failing_rows_come_first_and_the_hints_come_in_steps():
    text = str(Verdict("x", "x.py", some(True, False)))
    assert text.index("did 1") < text.index("did 0")
    assert "hint one" in text and "hint two" not in text
    assert "hint two" in str(Verdict("x", "x.py", some(False), level=2))


def test_what_is_not_shown_and_what_was_not_tried_stands_right_below_the_failing_rows():
    lines = str(Verdict("x", "x.py", some(True, *[False] * 5))).splitlines()
    assert lines.index("  and 1 more that does not hold") < lines.index("  what comes after is tried when these hold")
    assert lines.index("  what comes after is tried when these hold") < lines.index("✓ did 0: that")
    assert "tried when" not in str(Verdict("x", "x.py", some(False, True))), "it went on to the end"
    html = Verdict("x", "x.py", some(True, *[False] * 5)).to_html()
    assert html.index("does not hold</td>") < html.index("did 0")


def test_what_holds_takes_a_line_each_without_repetition_and_is_folded_when_all_of_it_does():
    rows = [Observation("GET /tea", "this", saw, True) for saw in ("200 OK", "green\ntea", "x" * 200)]
    verdict = Verdict("x", "x.py", tuple(rows))
    headline, empty, *lines = str(verdict).splitlines()
    assert headline == "✓ x: x.py passes, all 3 observations hold" and not empty
    assert lines[:2] == ["✓ GET /tea: 200 OK", "✓   green tea"]
    assert len(lines) == 3 and len(lines[2]) <= 96 and lines[2].endswith(" ...")
    html = verdict.to_html()
    assert html.index("passes") < html.index("<details><summary") < html.index("<table")
    assert "<details" not in Verdict("x", "x.py", some(True, False)).to_html()


def test_the_second_failure_in_a_row_adds_a_hint_and_a_pass_begins_anew(write, capsys):
    def shown():
        check(EXERCISE, "hello.py")
        return capsys.readouterr().out.count("    hint ")

    wrong = HOSTILE["raises"][0]
    write(wrong)
    first = shown()
    assert first > 0
    assert shown() == first + 1
    write(RIGHT)
    assert shown() == 0
    write(wrong)
    assert shown() == first


def test_require_raises_the_table_and_check_goes_on(write, capsys):
    write("def app(e, s):\n    return {}['x']\n")
    check(EXERCISE, "hello.py")
    assert "KeyError" in capsys.readouterr().out
    with pytest.raises(NotYet) as caught:
        require(EXERCISE, "hello.py")
    shown = "\n".join(caught.value._render_traceback_())
    assert "KeyError" in shown and "Traceback" not in shown
    assert capsys.readouterr().err == "", "anything on stderr costs points in nbgrader"


def test_a_verdict_survives_json():
    verdict = Verdict("x", "x.py", some(True, False))
    assert Verdict.from_dict(json.loads(json.dumps(verdict.to_dict()))) == verdict


def test_the_html_escapes_what_the_learners_server_said():
    row = Observation("GET /", "a `page`", "<script>alert(1)</script>", False, ("see `PATH_INFO`",))
    html = Verdict("x", "x.py", (row,)).to_html()
    assert "<script>" not in html and "<code>page</code>" in html and "<code>PATH_INFO</code>" in html
    assert 'aria-label="does not hold"' in html


def test_importing_the_kit_does_not_wait_for_what_a_check_does_not_need():
    slow = {"matplotlib", "pandas", "aiohttp", "requests", "ipywidgets", "nbgrader"}
    code = f"import sys; from labkit import check, require, serve; print(sorted(set(sys.modules) & {slow!r}))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
