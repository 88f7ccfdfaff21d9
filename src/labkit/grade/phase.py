"""One phase of an examination: some cells, a kernel of their own, and nothing of it left afterwards.

    this process -> warden.py -> runner.py -> kernel.py -> what the cells start

Every arrow is a process. The warden ends all that are to its right; when it was killed itself, whatever carries the mark of the
phase in its environment is ended from here.
"""

import json
import logging
import os
import secrets
import site
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil

from .seal import Seal

MARK = "LABKIT_EXAMINATION"
"""The environment variable that every process of a phase carries."""

_HERE = Path(__file__).parent
_DROPPED = ("JUPYTER", "JPY_", "IPYTHON", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONPATH", "CONFIGPROXY_", MARK)
_LIBRARIES = {"site-packages", "dist-packages"}
_LARGEST_LINE = 64 << 20


@dataclass(frozen=True)
class Limits:
    """What a phase may take. ``cell`` and ``total`` in seconds (``cell`` None: only the total), ``output`` in characters a cell."""

    cell: float | None = 30
    total: float = 300
    startup: float = 60
    output: int = 1_000_000
    message: int = 32 << 20
    iopub: int = 4
    interrupt: bool = True


@dataclass(frozen=True)
class Outcome:
    """What came of one cell. ``status``: ok, error, timeout, died, or not run."""

    status: str
    outputs: list[dict[str, Any]] = field(default_factory=list)
    execution_count: int | None = None


@dataclass(frozen=True)
class Report:
    """What came of a phase: an outcome for every cell that was given, and the kernel's description of its language."""

    outcomes: dict[int, Outcome]
    language_info: dict[str, Any]


def run_phase(
    cells: dict[int, str], folder: Path, seal: Seal, limits: Limits, *, trusted: bool, log: logging.Logger, who: str
) -> Report:
    """Run cells (index -> source) in ``folder`` and end everything that they started.

    ``trusted`` is for graded cells: their kernel imports nothing from ``folder``, from the user's site folder or from
    ``PYTHONPATH``. It never raises for what a cell does; a cell without an outcome of its own is "not run".
    """
    if not cells:
        return Report({}, {})
    mark = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="labkit-", ignore_cleanup_errors=True) as scratch_name:
        scratch = Path(scratch_name)
        for name in ("tmp", "ipython", "jupyter", "kit"):
            (scratch / name).mkdir()
        seal.copy_package(scratch / "kit")
        job = scratch / "job.json"
        job.write_text(json.dumps(_job(cells, folder, scratch, limits, trusted)))
        programs = scratch / "kit" / seal.package.name / "grade"
        command = [sys.executable, "-I", str(programs / "warden.py"), str(limits.total + limits.startup + 30)]
        command += [sys.executable, "-I", str(programs / "runner.py"), str(job)]
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
            status = _watch(command, environment(scratch, folder, mark, trusted), said, errors, limits)
            _tell(log, errors, who)
            left = end_marked(mark)
            if status != 0 or left:
                log.error("%s: the phase ended with status %s; %d processes were ended late", who, status, left)
            return _read_report(said, cells)


def _job(cells: dict[int, str], folder: Path, scratch: Path, limits: Limits, trusted: bool) -> dict[str, Any]:
    libraries = [path for path in sys.path if os.path.basename(path) in _LIBRARIES and os.path.isabs(path)]
    settings = {
        "trusted": trusted,
        "paths": [str(scratch / "kit")] if trusted else [],
        "last": libraries,
        "output_limit": limits.output,
    }
    kernel = str(scratch / "kit" / _HERE.parent.name / "grade" / "kernel.py")
    return {
        "cells": [{"index": index, "source": source} for index, source in cells.items()],
        "command": [sys.executable, *(["-I"] if trusted else []), kernel, json.dumps(settings)],
        "folder": str(folder),
        "interrupt_on_timeout": limits.interrupt,
        "iopub_timeout": limits.iopub,
        "last": libraries,
        "message_limit": limits.message,
        "output_limit": limits.output,
        "scratch": str(scratch),
        "startup_timeout": limits.startup,
        "timeout": limits.cell,
        "total": limits.total,
        "trusted": trusted,
    }


def environment(scratch: Path, folder: Path, mark: str, trusted: bool) -> dict[str, str]:
    """The environment of a phase: this process's own, without Jupyter's settings and tokens, with folders of its own.

    ``HOME`` stays, because ``docker`` and ``kubectl`` find their settings there.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
    own = [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    if trusted:
        own = [path for path in own if not Path(path).is_relative_to(folder)]
        if not Path(psutil.__file__).is_relative_to(site.getusersitepackages()):  # else our own packages are there
            env["PYTHONNOUSERSITE"] = "1"
    return env | {
        MARK: mark,
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_CONFIG_DIR": str(scratch / "jupyter"),
        "JUPYTER_DATA_DIR": str(scratch / "jupyter"),
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_RUNTIME_DIR": str(scratch),
        "PYTHONPATH": os.pathsep.join([str(scratch / "kit"), *own]),
        "TMPDIR": str(scratch / "tmp"),
    }


def _watch(command: list[str], env: dict[str, str], said: IO[bytes], errors: IO[bytes], limits: Limits) -> int:
    """Run the warden to its end; its status. Its standard input is our sign of life: closed, it ends everything."""
    warden = subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=said, stderr=errors, cwd="/", start_new_session=True
    )
    try:
        return warden.wait(limits.total + limits.startup + 60)
    except subprocess.TimeoutExpired:
        return -1
    finally:
        if warden.stdin:
            warden.stdin.close()
        try:
            warden.wait(15)
        except subprocess.TimeoutExpired:
            warden.kill()
            warden.wait()


def end_marked(mark: str) -> int:
    """End every process of this user that carries the mark of a phase; how many there were."""
    count = 0
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == mark:
                process.kill()
                count += 1
        except (psutil.Error, OSError):
            continue  # gone, or another user's
    return count


def _tell(log: logging.Logger, errors: IO[bytes], who: str) -> None:
    """Pass on what the warden found left behind."""
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - 20_000))
    for line in errors.read().decode(errors="replace").splitlines():
        if line.startswith(("left behind:", "could not end:")):
            log.warning("%s: %s", who, line)
        else:
            log.debug("%s: %s", who, line)


def _read_report(said: IO[bytes], cells: dict[int, str]) -> Report:
    """The report from the runner's lines. A line that is not one of ours, or is too long, counts as missing."""
    outcomes: dict[int, Outcome] = {}
    language: dict[str, Any] = {}
    said.seek(0)
    while line := said.readline(_LARGEST_LINE):
        try:
            got = json.loads(line)
            if "language_info" in got:
                language = dict(got["language_info"])
            elif got["cell"] in cells:
                outputs = [_output(output) for output in got["outputs"]]
                outcomes[got["cell"]] = Outcome(str(got["status"]), outputs, got["execution_count"])
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    for index in cells:
        outcomes.setdefault(index, Outcome("not run"))
    return Report(outcomes, language)


def _output(output: dict[str, Any]) -> dict[str, Any]:
    """The output when it has the shape that a notebook needs, else KeyError or TypeError."""
    kind = output["output_type"]
    needed = {
        "stream": ("name", "text"),
        "error": ("ename", "evalue", "traceback"),
        "display_data": ("data", "metadata"),
        "execute_result": ("data", "metadata", "execution_count"),
    }[kind]
    return {"output_type": kind, **{name: output[name] for name in needed}}


def tidy(folder: Path) -> None:
    """Leave only plain files and folders in ``folder``, which is made when it is missing.

    Links that lead out of it are removed (nbgrader writes and changes permissions through them), and so are dangling links,
    pipes and sockets (nbgrader cannot copy them). Folders are made readable again.
    """
    if folder.is_symlink() or not folder.is_dir():
        folder.unlink(missing_ok=True)
        folder.mkdir(parents=True)
    home = folder.resolve()
    todo = [folder]
    while todo:
        here = todo.pop()
        here.chmod(stat.S_IMODE(here.stat().st_mode) | stat.S_IRWXU)
        for path in here.iterdir():
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                todo.append(path)
            elif stat.S_ISLNK(mode):
                target = path.resolve()
                if not target.exists() or not target.is_relative_to(home):
                    path.unlink()
            elif not stat.S_ISREG(mode):
                path.unlink()
            elif path.lstat().st_nlink > 1:
                content = path.read_bytes()
                path.unlink()
                path.write_bytes(content)
