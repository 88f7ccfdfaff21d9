"""The two phases: what a cell can do to itself, and what it cannot do to anybody else."""

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from classroom import graded, notebook, plain, texts
from nbformat import NotebookNode

from labkit.grade import TwoPhaseExecute
from labkit.grade.phase import MARK, Limits, Outcome, run_phase, tidy
from labkit.grade.seal import Seal

LOG = logging.getLogger("examiner")


def examine(folder: Path, cells: dict[str, NotebookNode], **settings: object) -> dict[str, NotebookNode]:
    """Run both phases on named cells in a folder; the cells with their outputs."""
    examiner = TwoPhaseExecute(guard_start_files=False, **settings)
    made, _ = examiner.preprocess(notebook(*cells.values()), {"metadata": {"path": str(folder)}})
    return dict(zip(cells, made.cells, strict=True))


def failed(cell: NotebookNode) -> bool:
    """Whether nbgrader gives a graded cell no points."""
    from nbgrader.utils import determine_grade

    score, most = determine_grade(cell)
    assert score in (0, most)
    return score == 0


DAEMON = """
import os, socket, time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with socket.create_server(("127.0.0.1", 0)) as server:
            print(os.getpid(), server.getsockname()[1], file=open("daemon.new", "w"), flush=True)
            os.rename("daemon.new", "daemon")
            time.sleep(600)
    os._exit(0)
while not os.path.exists("daemon"):
    time.sleep(0.01)
"""
SESSION = """
import subprocess, sys
server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
open("session", "w").write(str(server.pid))
"""
STUBBORN = """
import time
while True:
    try:
        time.sleep(1)
    except BaseException:
        pass
"""


@pytest.fixture(scope="module")
def chaos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, NotebookNode]]:
    """One submission that misbehaves in every way at once; each test looks at one of them."""
    folder = tmp_path_factory.mktemp("chaos")
    cells = {
        "before": plain("%%writefile before.txt\nwritten before"),
        "stderr": plain("import sys\nprint('noise', file=sys.stderr)\nname = 'set in phase one'"),
        "daemon": plain(DAEMON),
        "session": plain(SESSION),
        "loop": plain("while True: pass"),
        "after loop": plain("print(name)"),
        "stubborn": plain(STUBBORN),
        "exit": plain("import os; os._exit(0)"),
        "after exit": plain("%%writefile after.txt\nwritten after"),
        "flood": plain("for _ in range(500):\n    print('x' * 10**6)\nprint('seen' + ' last')"),
        "display": plain("for _ in range(30):\n    display({'text/plain': 'y' * 10**5}, raw=True)"),
        "huge": plain("'z' * 5 * 10**7"),
        "pipes": plain("import os\nos.symlink('/etc', 'out')\nos.mkfifo('pipe')\nos.mkdir('locked')\nos.chmod('locked', 0)"),
        "sees files": graded("g1", "for word in ('before', 'after'):\n    assert open(word + '.txt').read().strip() == 'written ' + word"),
        "fresh kernel": graded("g2", "assert 'name' not in globals() and 'os' not in globals()"),
        "nobody answers": graded(
            "g3",
            "import socket\n"
            "pid, port = open('daemon').read().split()\n"
            "try:\n    socket.create_connection(('127.0.0.1', int(port)), 1)\n"
            "except ConnectionRefusedError:\n    pass\n"
            "else:\n    raise AssertionError('the daemon answered')",
        ),
        "tidied": graded("g4", "import os\nassert not os.path.lexists('out') and not os.path.exists('pipe')\nos.listdir('locked')"),
        "warns": graded("g5", "import sys\nprint('a warning', file=sys.stderr)"),
        "raises": graded("g6", "raise ValueError('no')"),
        "dies": graded("g7", "import os; os._exit(0)"),
        "loops": graded("g8", "while True: pass"),
        "goes on": graded("g9", "1 + 1 == 2 or 1 / 0; None"),
    }  # fmt: skip
    return folder, examine(folder, cells, timeout=3, iopub_timeout=2, output_limit=100_000)


class TestOneCellCostsItself:
    def test_an_endless_loop_is_interrupted_and_its_kernel_goes_on(
        self, chaos: tuple[Path, dict[str, NotebookNode]]
    ) -> None:
        _, cells = chaos
        assert "This cell ran longer than 3 seconds and was interrupted." in texts(cells["loop"])
        assert "set in phase one" in texts(cells["after loop"])

    def test_a_loop_that_swallows_the_interrupt_loses_its_kernel(
        self, chaos: tuple[Path, dict[str, NotebookNode]]
    ) -> None:
        assert "could not be interrupted" in texts(chaos[1]["stubborn"])

    def test_os_exit_is_named_and_the_next_cell_runs_in_a_new_kernel(
        self, chaos: tuple[Path, dict[str, NotebookNode]]
    ) -> None:
        folder, cells = chaos
        assert "This cell ended the Python process" in texts(cells["exit"])
        assert (folder / "after.txt").read_text() == "written after\n"

    @pytest.mark.parametrize("name", ["flood", "display"])
    def test_output_without_end_is_cut(self, chaos: tuple[Path, dict[str, NotebookNode]], name: str) -> None:
        cell = chaos[1][name]
        assert "cut the output of this cell here" in texts(cell)
        assert "seen last" not in texts(cell)
        assert len(str(cell.outputs)) < 150_000

    def test_a_message_too_large_to_read_is_not_read(self, chaos: tuple[Path, dict[str, NotebookNode]]) -> None:
        assert len(str(chaos[1]["huge"].outputs)) < 10_000

    def test_links_pipes_and_locked_folders_are_gone_before_nbgrader_meets_them(
        self, chaos: tuple[Path, dict[str, NotebookNode]]
    ) -> None:
        assert not failed(chaos[1]["tidied"])


class TestOnlyFilesPass:
    def test_what_any_cell_wrote_is_there(self, chaos: tuple[Path, dict[str, NotebookNode]]) -> None:
        assert not failed(chaos[1]["sees files"]), texts(chaos[1]["sees files"])

    def test_names_of_the_learner_are_gone(self, chaos: tuple[Path, dict[str, NotebookNode]]) -> None:
        assert not failed(chaos[1]["fresh kernel"])

    def test_a_daemon_is_ended_before_the_graded_cells_begin(self, chaos: tuple[Path, dict[str, NotebookNode]]) -> None:
        folder, cells = chaos
        assert not failed(cells["nobody answers"]), texts(cells["nobody answers"])
        assert not alive(int((folder / "daemon").read_text().split()[0]))

    def test_a_server_in_a_session_of_its_own_is_ended(self, chaos: tuple[Path, dict[str, NotebookNode]]) -> None:
        assert not alive(int((chaos[0] / "session").read_text()))


class TestGradedCells:
    def test_an_error_costs_the_points(self, chaos: tuple[Path, dict[str, NotebookNode]]) -> None:
        assert failed(chaos[1]["raises"])

    @pytest.mark.parametrize("name", ["dies", "loops"])
    def test_a_cell_that_did_not_run_to_its_end_gets_nothing(
        self, chaos: tuple[Path, dict[str, NotebookNode]], name: str
    ) -> None:
        assert failed(chaos[1][name])

    def test_the_cells_after_one_that_died_still_count(self, chaos: tuple[Path, dict[str, NotebookNode]]) -> None:
        assert not failed(chaos[1]["goes on"]), texts(chaos[1]["goes on"])

    def test_a_warning_on_stderr_costs_nothing_and_is_kept(self, chaos: tuple[Path, dict[str, NotebookNode]]) -> None:
        assert not failed(chaos[1]["warns"])
        assert "a warning" in texts(chaos[1]["warns"])

    def test_stderr_costs_the_points_where_an_instructor_wants_it(self) -> None:
        from labkit.grade.examiner import verdict

        outcome = Outcome("ok", [{"output_type": "stream", "name": "stderr", "text": "x"}])
        assert verdict(outcome, stderr_costs_points=True)[0]["name"] == "stderr"
        assert verdict(outcome, stderr_costs_points=False)[0]["name"] == "stdout"

    @pytest.mark.parametrize("status", ["not run", "died", "timeout", "error"])
    def test_no_result_is_an_error(self, status: str) -> None:
        from labkit.grade.examiner import marked

        assert marked(Outcome(status))[-1]["output_type"] == "error"


def test_nothing_of_the_submission_runs_in_the_examiners_kernel(tmp_path: Path) -> None:
    """Its modules, its start-up files, its patches, its edits of the kit: none is there in the second phase."""
    # the learner's own kernel may import them: that one is not isolated (-I)
    planted = "import pathlib, sys\nsys.flags.isolated and pathlib.Path('planted-' + __name__).touch()\n"
    for name in ("labkit", "json", "conftest", "sitecustomize", "usercustomize", "ipython_config", "psutil"):
        (tmp_path / f"{name}.py").write_text(planted)
    (tmp_path / "evil.pth").write_text("import os; open('planted-pth', 'w')\n")
    (tmp_path / "nbformat").mkdir()
    (tmp_path / "nbformat" / "__init__.py").write_text(planted)
    attack = """
import os, pathlib
planted = "import pathlib; pathlib.Path('planted-startup').touch()"
for home in (os.environ["IPYTHONDIR"], os.path.abspath("profile")):
    startup = pathlib.Path(home, "profile_default", "startup")
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "00.py").write_text(planted)
import labkit
labkit.__version__ = "patched"
pathlib.Path(labkit.__file__).write_text("__version__ = 'edited'")
open("edited", "w").write(labkit.__file__)
"""
    look = """
import json, sys, os, psutil, labkit
from labkit.grade import stubs
assert labkit.__version__ not in ("patched", "edited")
assert labkit.__file__ != open("edited").read()
assert os.path.samefile(os.getcwd(), {folder!r})
inside = [m.__name__ for m in list(sys.modules.values()) if (getattr(m, "__file__", None) or "").startswith({folder!r})]
assert not inside, inside
assert "" not in sys.path and {folder!r} not in sys.path
import subprocess
child = subprocess.run([sys.executable, "-P", "-c", "import labkit; print(labkit.__file__)"], capture_output=True, text=True)
assert child.stdout.strip() == labkit.__file__, child
""".format(folder=str(tmp_path))
    before = (Path(__file__).parents[2] / "src" / "labkit" / "__init__.py").read_bytes()
    cells = examine(tmp_path, {"attack": plain(attack), "look": graded("g", look)})
    assert not failed(cells["look"]), texts(cells["look"])
    assert not [path.name for path in tmp_path.glob("planted-*")]
    assert (Path(__file__).parents[2] / "src" / "labkit" / "__init__.py").read_bytes() == before


def test_all_cells_together_have_a_bound(tmp_path: Path) -> None:
    cells = {0: "print(1)", 1: "while True: pass", 2: "print(2)"}
    report = run_phase(
        cells, tmp_path, Seal.take(folders=[]), Limits(cell=None, total=6), trusted=False, log=LOG, who="x"
    )
    assert [report.outcomes[index].status for index in cells] == ["ok", "timeout", "not run"]
    assert "all cells together have 6 seconds" in str(report.outcomes[2].outputs)


def test_a_submission_that_kills_its_warden_is_ended_all_the_same(tmp_path: Path) -> None:
    attack = (
        "import os, psutil, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "open('child', 'w').write(str(child.pid))\n"
        "above = [p for p in psutil.Process().parents() if any('warden.py' in part for part in p.cmdline())]\n"
        "for process in above: process.kill()\n"
        "while True: pass"
    )
    report = run_phase(
        {0: attack}, tmp_path, Seal.take(folders=[]), Limits(cell=20, total=30), trusted=False, log=LOG, who="x"
    )
    assert report.outcomes[0].status == "not run"
    assert not alive(int((tmp_path / "child").read_text()))


def test_nothing_is_left_when_the_grader_itself_is_killed(tmp_path: Path) -> None:
    program = (
        "import logging, sys\nfrom pathlib import Path\n"
        "from labkit.grade.phase import MARK, Limits, run_phase\nfrom labkit.grade.seal import Seal\n"
        "cell = f\"import os, time; open('mark', 'w').write(os.environ['{MARK}']); time.sleep(600)\"\n"
        "where, seal, log = Path(sys.argv[1]), Seal.take(folders=[]), logging.getLogger()\n"
        "run_phase({0: cell}, where, seal, Limits(), trusted=False, log=log, who='x')\n"
    )
    env = os.environ | {"TMPDIR": str(tmp_path)}
    grader = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], env=env)
    until = time.monotonic() + 60
    while not (tmp_path / "mark").exists() or not (tmp_path / "mark").read_text():
        assert grader.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    mark = (tmp_path / "mark").read_text()
    assert marked_processes(mark)
    os.kill(grader.pid, signal.SIGKILL)
    grader.wait()
    while marked_processes(mark):
        assert time.monotonic() < until, "the warden did not notice"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for its parent to notice does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def marked_processes(mark: str) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def test_no_token_of_the_graders_hub_reaches_a_submission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from labkit.grade.phase import environment

    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret")
    monkeypatch.setenv("JPY_API_TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", str(tmp_path / "in"), "src"]))
    env = environment(tmp_path / "scratch", tmp_path, "mark", trusted=True)
    assert "secret" not in env.values()
    assert env["PYTHONPATH"].split(os.pathsep) == [str(tmp_path / "scratch" / "kit"), str(Path("src").absolute())]


def test_tidy_leaves_plain_files_alone_and_removes_what_leads_out(tmp_path: Path) -> None:
    folder, outside = tmp_path / "in", tmp_path / "outside"
    folder.mkdir()
    outside.write_text("kept")
    (folder / "plain").write_text("plain")
    (folder / "inner").symlink_to("plain")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "leads-out").symlink_to(outside)
    os.link(outside, folder / "hard")
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(folder)
        server.bind("socket")
    os.chdir(tmp_path)
    tidy(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["hard", "inner", "plain"]
    assert (folder / "hard").stat().st_nlink == 1
    assert outside.read_text() == "kept"


def test_tidy_makes_a_folder_that_was_removed_or_replaced(tmp_path: Path) -> None:
    tidy(tmp_path / "gone")
    (tmp_path / "link").symlink_to("/etc")
    tidy(tmp_path / "link")
    assert (tmp_path / "gone").is_dir()
    assert not (tmp_path / "link").is_symlink()


class TestTheSeal:
    @pytest.fixture
    def kit(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where a changed file is kept
        kit = tmp_path / "site-packages" / "labkit"
        (kit / "checks").mkdir(parents=True)
        (kit / "__init__.py").write_text("x = 1\n")
        (kit / "checks" / "lab.py").write_text("y = 1\n")
        return kit

    def change(self, kit: Path) -> None:
        (kit / "__init__.py").write_text("x = 2\n")
        (kit / "checks" / "lab.py").unlink()
        (kit / "new.py").write_text("z = 1\n")
        (kit / "__pycache__").mkdir()
        (kit / "__pycache__" / "__init__.cpython-311.pyc").write_bytes(b"poison")

    def test_an_installed_kit_is_put_back_and_the_log_says_who(
        self, kit: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        seal = Seal.take(kit, folders=[])
        self.change(kit)
        assert [path.name for path in seal.restore(LOG, "mallory lab01")] == ["__init__.py", "lab.py", "new.py"]
        assert (kit / "__init__.py").read_text() == "x = 1\n"
        assert (kit / "checks" / "lab.py").read_text() == "y = 1\n"
        assert not (kit / "new.py").exists()
        assert not list(kit.rglob("*.pyc"))
        assert "mallory lab01" in caplog.text
        kept = Path(caplog.text.rsplit("What was there is in ", 1)[1].strip())
        assert (kept / str(kit / "__init__.py").lstrip("/")).read_text() == "x = 2\n"

    def test_a_working_copy_is_left_alone_but_not_trusted(
        self, kit: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        source = kit.rename(tmp_path / "labkit")
        seal = Seal.take(source, folders=[])
        self.change(source)
        assert seal.restore(LOG, "mallory")
        assert (source / "__init__.py").read_text() == "x = 2\n"
        assert "look at them" in caplog.text
        Seal.take(source, folders=[]).copy_package(tmp_path / "next")
        assert (tmp_path / "next" / "labkit" / "__init__.py").read_text() == "x = 1\n"
        assert not Seal.take(source, folders=[]).restore(LOG, "the next submission")
        (source / "__init__.py").write_text("x = 3\n")  # now somebody edits it
        Seal.take(source, folders=[]).copy_package(tmp_path / "later")
        assert (tmp_path / "later" / "labkit" / "__init__.py").read_text() == "x = 3\n"

    def test_start_files_of_python_are_put_back(self, kit: Path) -> None:
        site = kit.parent
        (site / "good.pth").write_text("/somewhere\n")
        seal = Seal.take(kit, folders=[site])
        (site / "good.pth").write_text("import evil\n")
        (site / "sitecustomize.py").write_text("import evil\n")
        assert [path.name for path in seal.restore(LOG, "mallory")] == ["good.pth", "sitecustomize.py"]
        assert (site / "good.pth").read_text() == "/somewhere\n"
        assert not (site / "sitecustomize.py").exists()

    def test_an_untouched_kit_is_not_mentioned(self, kit: Path, caplog: pytest.LogCaptureFixture) -> None:
        assert Seal.take(kit, folders=[]).restore(LOG, "a learner") == []
        assert not caplog.text
