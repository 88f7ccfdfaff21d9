"""One command starts the course and one tests it: what is declared is what is used, and what is started is ended."""

import ast
import fcntl
import itertools
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import termios
import time
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
import psutil
import pytest
import requests
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from labkit.checks import exercises

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]

PROGRAMS = {"python", "pip", "nginx", "kubernetes-kind", "kubernetes-client"}  # of environment.yml, not Python packages
NOT_IMPORTED = {
    "gunicorn": "labkit.serve starts it as a program",
    "waitress": "labkit.serve starts it as a program",
    "pyuwsgi": "labkit.serve starts it as a program",
    "jupyterlab": "make lab starts it",
    "ruff": "the tests start it as a program",
    "pytest-xdist": "make test runs tests in several processes with it",
    "requests": "what learners talk HTTP with",
    "flask": "what learners may build with",
    "werkzeug": "what learners may build with",
}
BROUGHT = {"prices"}  # modules that a check writes while it runs: lab03/reload deploys them
MAY_BE_ABSENT = {"pandas"}  # labkit.trace gives a table where pandas is installed, and says so where it is not


# --- declared, used, and the same everywhere -------------------------------------------------------------------------


def declared(*extras):
    """The Requirements of pyproject.toml, with those of the extras, by normalized name."""
    lists = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in extras)]
    return {canonicalize_name(r.name): r for r in map(Requirement, itertools.chain(*lists))}


def imported(source):
    """The top names of the absolute imports in a piece of Python."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.partition(".")[0])
    return names


def sources(pattern):
    """Every piece of Python that matches: modules, and the cells of notebooks with the modules that they write."""
    transform = TransformerManager().transform_cell
    for path in sorted(ROOT.glob(pattern)):
        if path.suffix == ".py":
            yield path.read_text()
            continue
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code":
                first, _, body = cell.source.partition("\n")
                yield body if re.match(r"%%writefile\s+\S+\.py\s*$", first) else transform(cell.source)


def local_modules():
    """Names of this repository: its modules and folders, and the modules that cells write or exercises bring."""
    files = [p for top in ("src", "tests", "benchmarks", "labs", "solutions") for p in (ROOT / top).rglob("*.py")]
    written = re.compile(r"%%writefile\s+(\w+)\.py")
    cells = "\n".join(path.read_text() for path in ROOT.glob("*/**/*.ipynb") if ".venv" not in path.parts)
    brought = {Path(name).stem for exercise in exercises() for name in exercise.files}
    return {p.stem for p in files} | {p.parent.name for p in files} | set(written.findall(cells)) | brought | BROUGHT


@pytest.mark.parametrize(
    ("patterns", "extras"),
    [
        (["src/labkit/*.py", "src/labkit/[!g]*/**/*.py", "notebooks/*.ipynb"], ()),
        (["src/labkit/grade/**/*.py", "solutions/*/*.ipynb", "labs/*/*.ipynb", "tools/**/*.py", "*.py"], ("teach",)),
        (["tests/*.py", "tests/browser/*.py", "tests/grade/*.py", "benchmarks/*.py"], ("teach", "test")),
        (["tests/answers/**/right_*.py"], ("teach", "test")),
    ],
    ids=["learner", "teacher", "tests", "answers"],
)
def test_every_import_is_declared(patterns, extras):
    pieces = [piece for pattern in patterns for piece in sources(pattern)]
    assert pieces, "the patterns match nothing"
    names = set().union(*map(imported, pieces)) - sys.stdlib_module_names - local_modules() - MAY_BE_ABSENT
    packages = packages_distributions()
    undeclared = {
        name
        for name in names
        if not {canonicalize_name(d) for d in packages.get(name, [name])} & set(declared(*extras))
    }
    assert undeclared == set(), "add them to pyproject.toml and environment.yml"


def test_every_declared_package_is_used():
    everything = ["src/**/*.py", "tests/**/*.py", "benchmarks/*.py", "tools/**/*.py", "*.py", "*/**/*.ipynb"]
    names = set()
    for pattern in everything:
        for piece in sources(pattern):
            try:
                names |= imported(piece)
            except SyntaxError:  # some of the wrong answers cannot be read, which is what is wrong with them
                continue
    packages = packages_distributions()
    used = {canonicalize_name(d) for name in names for d in packages.get(name, [])}
    unused = set(declared("teach", "test")) - used - set(NOT_IMPORTED)
    assert unused == set(), "drop them, or say in NOT_IMPORTED what they are for"


def test_conda_gets_what_pip_gets():
    pip = next(entry["pip"] for entry in CONDA if isinstance(entry, dict))
    assert "--editable ." in pip
    listed = [entry for entry in CONDA if isinstance(entry, str)] + [line for line in pip if line[0] != "-"]
    conda = {canonicalize_name(r.name): r for r in map(Requirement, listed)}
    assert str(conda["python"].specifier) == PROJECT["requires-python"]
    pip_wants = declared("teach")
    assert set(conda) - PROGRAMS == set(pip_wants)
    for name, wanted in pip_wants.items():
        assert (conda[name].specifier, conda[name].extras) == (wanted.specifier, wanted.extras), name
    assert {canonicalize_name(Requirement(line).name) for line in pip if line[0] != "-"} >= {"gunicorn", "pyuwsgi"}


def test_all_code_is_linted():
    ruff = [sys.executable, "-m", "ruff", "check", "--quiet", "."]
    done = subprocess.run(ruff, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_names_only_what_there_is():
    readme = (ROOT / "README.md").read_text()
    targets = set(re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.M)[1].split())
    assert set(re.findall(r"\bmake ([a-z]+)\b", readme)) <= targets
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", readme):
        assert (ROOT / target).exists(), target


def test_the_readme_leads_to_every_lesson_and_lab():
    readme = (ROOT / "README.md").read_text()
    notebooks = [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("labs/*/*.ipynb")]
    assert [path.name for path in notebooks if f"({path.relative_to(ROOT)})" not in readme] == []


# --- tools/setup ----------------------------------------------------------------------------------------------------


@pytest.fixture
def machine(tmp_path):
    """A machine on which apt and sudo refuse: a function that runs tools/setup there and returns its code and words."""
    programs = tmp_path / "bin"
    programs.mkdir()
    asked = tmp_path / "asked"
    for name in ("apt-get", "sudo"):
        install(programs / name, f'echo "{name} $*" >>{asked}; exit 1')

    def setup(goal="lab", **variables):
        environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "VENV": str(tmp_path / "venv"),
            **variables,
        }
        done = subprocess.run(
            [ROOT / "tools" / "setup", goal],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )
        return done.returncode, done.stdout + done.stderr

    setup.programs, setup.asked = programs, asked
    return setup


def needs_ready_environment():
    """Skips where make would install something into the environment that runs the tests."""
    checksum = subprocess.run(["cksum"], input=(ROOT / "pyproject.toml").read_bytes(), capture_output=True, check=True)
    stamp = Path(sys.prefix) / ".ready-lab"
    if not stamp.exists() or stamp.read_text().strip() != f"{ROOT} {checksum.stdout.decode().strip()}":
        pytest.skip("this Python environment is not what make would have made now: run the tests with make test")


def install(file, script):
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_an_old_python_is_named_with_what_to_do(machine):
    install(machine.programs / "old", 'case "$2" in *platform*) echo 3.9.2;; *) exit 1;; esac')
    code, said = machine(PYTHON=str(machine.programs / "old"))
    assert code == 1
    assert "needs Python 3.11 or newer" in said
    assert "old is 3.9.2" in said
    assert "PYTHON=" in said


def test_a_python_that_does_not_exist_is_named(machine):
    code, said = machine(PYTHON="python-nowhere")
    assert code == 1
    assert "python-nowhere was not found" in said


def test_a_python_without_ensurepip_is_helped_by_apt_or_by_words(machine):
    install(machine.programs / "bare", f'case "$2" in *ensurepip*) exit 1;; *) exec {sys.executable} "$@";; esac')
    code, said = machine(PYTHON=str(machine.programs / "bare"))
    package = f"python3.{sys.version_info.minor}-venv"
    assert code == 1
    assert f"sudo apt install {package}" in said
    asked = machine.asked.read_text()
    assert f"install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 {package}" in asked or "sudo -n" in asked


def test_a_second_run_does_nothing_and_needs_no_network(machine):
    needs_ready_environment()
    code, said = machine(VENV=sys.prefix, PIP_NO_INDEX="1", PIP_FIND_LINKS="", PYTHON="")
    assert (code, said) == (0, "")


def test_clean_keeps_peoples_work_and_says_so(tmp_path):
    course = tmp_path / "course"
    shutil.copytree(ROOT / "tools", course / "tools")
    for kept in ("submitted/ada/lab01", "exchange", "work/lab01", "labs/lab01"):
        (course / kept).mkdir(parents=True)
    (course / "gradebook.db").touch()
    (course / "labs" / "lab01" / "status.py").write_text("app = None\n")
    for gone in (".venv", "src/labkit/__pycache__", "notebooks/.ipynb_checkpoints", ".pytest_cache"):
        (course / gone).mkdir(parents=True)
        (course / gone / "file").touch()
    done = subprocess.run(
        [course / "tools" / "clean"], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    left = {str(path.relative_to(course)) for path in course.rglob("*")}
    assert {"submitted/ada/lab01", "exchange", "work/lab01", "gradebook.db", "labs/lab01/status.py"} <= left
    assert not left & {".venv", "src/labkit/__pycache__", "notebooks/.ipynb_checkpoints", ".pytest_cache"}
    for kept in ("submitted", "exchange", "work", "gradebook.db"):
        assert f"Kept {kept}" in done.stdout


# --- make lab -------------------------------------------------------------------------------------------------------


@pytest.fixture
def make_lab(leaves_no_process):
    """``make lab`` in a terminal of its own, as it runs on a machine without a browser; ended in any case."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    needs_ready_environment()
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "JUPYTER_TOKEN", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    terminal, inside = pty.openpty()

    def take_terminal():
        signal.signal(signal.SIGINT, signal.default_int_handler)  # in a background job it is ignored
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        ["make", "lab", f"VENV={sys.prefix}", "PYTHON="], cwd=ROOT, env=environment,
        stdin=inside, stdout=inside, stderr=inside, start_new_session=True, preexec_fn=take_terminal,
    )  # fmt: skip
    os.close(inside)
    below = psutil.Process(process.pid)
    yield process, terminal
    for left in [*below.children(recursive=True), below] if below.is_running() else []:
        left.kill()
    process.wait()
    os.close(terminal)


def read_terminal(terminal, until, seconds):
    """What the terminal shows, up to a pattern or the end of the program."""
    shown, deadline = "", time.monotonic() + seconds
    while not re.search(until, shown) and select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
        try:
            shown += os.read(terminal, 65536).decode(errors="replace")
        except OSError:  # Linux's way to say that nobody has the terminal open any more
            break
    return shown


def ask_when_ready(address):
    """GET; Jupyter prints its address a moment before it listens there."""
    for _ in range(100):
        try:
            return requests.get(address, timeout=30)
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


def test_make_lab_answers_at_the_printed_address_and_one_ctrl_c_ends_everything(make_lab):
    process, terminal = make_lab
    with socket.socket() as busy:  # the usual port may be taken, by a colleague or by us
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if busy.connect_ex(("127.0.0.1", 8888)):
            busy.close()
            busy = socket.create_server(("127.0.0.1", 8888))
        shown = read_terminal(terminal, r"http://\S+token=\w+\s", 90)
    address = re.search(r"(http://127\.0\.0\.1:(\d+)/)(lab/tree/notebooks/00-start-here\.ipynb)\?token=(\w+)", shown)
    assert address, shown
    base, port, page, token = address.groups()
    assert port != "8888"

    assert "JupyterLab" in ask_when_ready(f"{base}{page}?token={token}").text
    assert requests.get(f"{base}api/contents", timeout=30).status_code == 403, "it answers without the token"
    headers = {"Authorization": f"token {token}"}
    assert requests.post(f"{base}api/kernels", headers=headers, timeout=30).status_code == 201
    settings = requests.get(
        f"{base}lab/api/settings/@jupyterlab/apputils-extension:notification", headers=headers, timeout=30
    )
    assert json.loads(settings.text)["schema"]["properties"]["fetchNews"]["default"] == "false"
    kernels = [p for p in psutil.Process(process.pid).children(recursive=True) if "ipykernel_launcher" in p.cmdline()]
    assert len(kernels) == 1

    os.write(terminal, b"\x03")
    after = read_terminal(terminal, r"(?!)", 30)
    process.wait(30)
    assert psutil.wait_procs(kernels, timeout=5)[1] == [], "the kernel outlived its JupyterLab"
    assert "y/[n]" not in after
    with pytest.raises(requests.ConnectionError):
        requests.get(base, timeout=5)
