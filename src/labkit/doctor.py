"""What this machine can run: the programs of the course, asked one by one, and what each tier still lacks."""

import html
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any

PATIENCE = 3.0  # seconds; a container engine that is not there can keep its client waiting for minutes
PACKAGE_PATIENCE = 15.0  # seconds; a first import on a slow disk is slow, not broken
MOST_OUTPUT = 64 << 10  # bytes of an answer that are read


@dataclass(frozen=True)
class Program:
    """A program that the course uses.

    Attributes:
        name: what it is called.
        job: what the course uses it for.
        state: ``"ready"``, ``"missing"``, or ``"broken"`` when it is there and does not do what it should.
        version: what it said when it was asked; empty if it did not say.
        path: where it was found; empty if it was not.
        detail: what is wrong with it, in words; empty when it is ready.
    """

    name: str
    job: str
    state: str
    version: str = ""
    path: str = ""
    detail: str = ""

    @property
    def ready(self) -> bool:
        """Whether it can be used."""
        return self.state == "ready"


@dataclass(frozen=True)
class Tier:
    """A group of lessons that need the same programs.

    Attributes:
        number: 1 to 4; a tier needs everything that the tiers below it need.
        needs: what it needs, in words.
        lessons: the lessons in it.
        lacks: the programs that are still missing for it, with what is wrong; empty when it is ready.
        remedies: the commands that get them, in order.
    """

    number: int
    needs: str
    lessons: str
    lacks: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether every lesson of this tier runs here."""
        return not self.lacks


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """What this machine can run.

    Attributes:
        system: the operating system and the processor's kind.
        python: the Python that runs this, with its version and path.
        cores: how many cores this process may use.
        programs: every program of the course.
        tiers: the groups of lessons, 1 to 4.
    """

    system: str
    python: str
    cores: int
    programs: tuple[Program, ...]
    tiers: tuple[Tier, ...]

    def to_dict(self) -> dict[str, Any]:
        """The diagnosis as plain data, for JSON."""
        tiers = [{**asdict(tier), "ready": tier.ready} for tier in self.tiers]
        return {**asdict(self), "tiers": tiers}

    def __str__(self) -> str:
        lines = [f"System   {self.system}, {_count(self.cores, 'core')}", f"Python   {self.python}", ""]
        for tier in self.tiers:
            lines.append(f"{_mark(tier.ready)} tier {tier.number}   {tier.lessons:<16}   {_tier_words(tier)}")
            lines += [f"             {remedy}" for remedy in tier.remedies]
        lines.append("")
        for program in self.programs:
            said = program.version if program.ready else program.detail
            lines.append(f"{_mark(program.ready)} {program.name:<10} {program.job:<44} {said}".rstrip())
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        tiers = [
            (
                _html_mark(tier.ready),
                _unbroken(f"tier {tier.number}"),
                _unbroken(tier.lessons),
                html.escape(_tier_words(tier)) + "".join(f"<br><code>{html.escape(r)}</code>" for r in tier.remedies),
            )
            for tier in self.tiers
        ]
        programs = [
            (_html_mark(p.ready), p.name, html.escape(p.job), html.escape(p.version if p.ready else p.detail))
            for p in self.programs
        ]
        machine = f"{self.system}, {_count(self.cores, 'core')}; Python {self.python}"
        return (
            '<div class="labkit-doctor" style="color:var(--jp-content-font-color1, inherit)">'
            f"<p>{html.escape(machine)}</p>"
            + _html_table("What this machine can run", ("", "Tier", "Lessons", "State"), tiers)
            + "<details><summary>Every program that was asked</summary>"
            + _html_table("Programs of the course", ("", "Program", "Used for", "It says"), programs)
            + "</details></div>"
        )


def examine() -> Diagnosis:
    """Ask every program of the course for its version, all at once; no answer can hold this up for long.

    Returns:
        The diagnosis. A program that hangs, fails or says something else is reported so, never raised.
    """
    scripts = Path(sysconfig.get_path("scripts"))
    waitress = [
        sys.executable,
        "-c",
        "import waitress, importlib.metadata as m; print(m.version('waitress'))",
    ]
    checks = [
        lambda: _package("gunicorn", "the pre-fork server", [sys.executable, "-m", "gunicorn", "--version"]),
        lambda: _package("waitress", "a threaded server", waitress),
        lambda: _package("pyuwsgi", "uWSGI, as a Python package", [str(scripts / "pyuwsgi"), "--version"]),
        lambda: _program("nginx", "the proxy", ["nginx", "-v"], r"nginx/(\d\S*)"),
        lambda: _program("haproxy", "a load balancer, optional until lesson 12", ["haproxy", "-v"], r"version (\d\S*)"),
        lambda: _engine("docker", "containers", ["version", "--format", "{{.Server.Version}}"]),
        lambda: _engine("podman", "containers, without docker", ["info"]),
        lambda: _program("kind", "a Kubernetes cluster on this machine", ["kind", "version"], r"kind v?(\d\S*)"),
        lambda: _program(
            "kubectl", "talks to the cluster", ["kubectl", "version", "--client"], r"v(\d+\.\d\S*?)[\",\s]"
        ),
        lambda: _chromium(),
        lambda: _program("wrk", "the benchmark's second opinion", ["wrk", "--version"], r"(\d+\.\d+\.\d+)"),
    ]
    with ThreadPoolExecutor(len(checks)) as pool:
        programs = tuple(pool.map(lambda check: check(), checks))
    return Diagnosis(
        system=_system(),
        python=f"{platform.python_version()} ({sys.executable})",
        cores=_cores(),
        programs=programs,
        tiers=_tiers({program.name: program for program in programs}, _installer()),
    )


def find_program(*names: str) -> str | None:
    """The path of the first of these programs that is installed.

    On Debian a normal user's PATH lacks the ``sbin`` folders, where nginx and haproxy live: searched too.

    Args:
        names: names of the program, the preferred one first.

    Returns:
        An absolute path, or None.
    """
    folders = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/opt/homebrew/bin"])
    return next((path for name in names if (path := shutil.which(name, path=folders))), None)


def ask(command: Sequence[str], patience: float = PATIENCE) -> tuple[int | None, str]:
    """Run a program that should answer at once, and end it with all it started when it does not.

    Args:
        command: the program and its arguments.
        patience: seconds to wait.

    Returns:
        Its exit code, None if it had to be ended, and what it wrote, both streams together, at most 64 KiB.

    Raises:
        OSError: it could not be started.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = bytearray()
    deadline = time.monotonic() + patience
    with process.stdout as pipe, DefaultSelector() as selector:
        selector.register(pipe, EVENT_READ)
        while len(said) < MOST_OUTPUT and selector.select(max(0.0, deadline - time.monotonic())):
            piece = os.read(pipe.fileno(), 4096)
            if not piece:
                break
            said += piece
    try:
        code = process.wait(max(0.0, deadline - time.monotonic()) if len(said) < MOST_OUTPUT else 0.0)
    except subprocess.TimeoutExpired:
        code = None
    with suppress(ProcessLookupError, PermissionError):  # macOS: PermissionError for a group that is gone
        os.killpg(process.pid, signal.SIGKILL)  # the program, or what it left behind
    process.wait()
    return code, said.decode("utf-8", "replace")


# --- the programs -------------------------------------------------------------------------------------------


def _program(name: str, job: str, command: list[str], pattern: str, patience: float = PATIENCE) -> Program:
    """Look for a program and ask it for its version."""
    path = find_program(command[0])
    if path is None:
        return Program(name, job, "missing", detail="not installed")
    try:
        code, said = ask([path, *command[1:]], patience)
    except OSError as error:
        return Program(name, job, "broken", path=path, detail=f"could not be started: {error.strerror}")
    if found := re.search(pattern, said):
        return Program(name, job, "ready", found[1], path)
    if code is None:
        return Program(name, job, "broken", path=path, detail=f"did not answer within {patience:g} s")
    return Program(name, job, "broken", path=path, detail=f"said no version, but: {_last_line(said)}")


def _package(name: str, job: str, command: list[str]) -> Program:
    """Ask a server that comes as a Python package: one that is installed and does not load is found out."""
    program = _program(name, job, command, r"(\d+(?:\.\w+)+)\)?\s*$", PACKAGE_PATIENCE)
    if "No module named" in program.detail:
        return Program(name, job, "missing", detail="not installed")
    return program


def _engine(name: str, job: str, question: list[str]) -> Program:
    """Ask a container engine. Its client alone can do nothing, so the engine itself has to answer."""
    client = _program(name, job, [name, "--version"], r"(\d+\.\d[^\s,]*)")
    if not client.ready:
        return client
    code, said = ask([client.path, *question])
    if code == 0:
        return client
    reason = f"no answer within {PATIENCE:g} s" if code is None else _last_line(said)
    return replace(client, state="broken", detail=f"installed, but its engine does not answer: {reason}")


def _chromium() -> Program:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next((name for name in names if find_program(name)), names[0])
    return _program(
        "chromium", "the course's own browser tests", [found, "--version"], r"Chrom\w+ (\d\S*)", 2 * PATIENCE
    )


# --- the tiers ----------------------------------------------------------------------------------------------

_PACKAGES = {  # program: what its package is called by each installer; where there is none, conda's
    "nginx": {"apt": "nginx-light", "brew": "nginx", "conda": "nginx"},
    "podman": {"apt": "podman", "brew": "podman", "conda": "podman"},
    "kind": {"brew": "kind", "conda": "kubernetes-kind"},
    "kubectl": {"brew": "kubernetes-cli", "conda": "kubernetes-client"},  # Debian 12's 1.20 is too old
}
_INSTALL = {"apt": "apt install", "brew": "brew install", "conda": "conda install -c conda-forge"}


def _installer() -> str:
    """The installer that this machine has: apt, brew or conda."""
    if sys.platform == "darwin" and find_program("brew"):
        return "brew"
    return "apt" if find_program("apt-get") else "conda"


def _install(names: Sequence[str], installer: str) -> list[str]:
    """The commands that install these programs, one for each installer that is needed."""
    by_installer: dict[str, list[str]] = {}
    for name in names:
        which = installer if installer in _PACKAGES[name] else "conda"
        by_installer.setdefault(which, []).append(_PACKAGES[name][which])
    commands = [f"{_INSTALL[which]} {' '.join(packages)}" for which, packages in by_installer.items()]
    return [f"sudo {c}" if c.startswith("apt") and os.geteuid() else c for c in commands]


def _tiers(programs: dict[str, Program], installer: str) -> tuple[Tier, ...]:
    """Which lessons run here, and what the others lack."""

    def lacking(*names: str) -> list[str]:
        return [name for name in names if not programs[name].ready]

    def words(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(f"{name}: {programs[name].detail}" for name in names)

    def remedies(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(_install([name for name in names if programs[name].state == "missing"], installer))

    servers, proxy, tools = (
        lacking("gunicorn", "waitress", "pyuwsgi"),
        lacking("nginx"),
        lacking("kind", "kubectl"),
    )
    pip = (f"{sys.executable} -m pip install --force-reinstall {' '.join(servers)}",) if servers else ()
    no_engine, how = _engine_lacks(programs, installer)
    below = ("what tier 3 lacks",) if no_engine else ()
    return (
        Tier(1, "Python packages alone", "lessons 00 to 09", words(servers), pip),
        Tier(2, "nginx", "lessons 10 to 12", words(proxy), remedies(proxy)),
        Tier(3, "docker or podman", "lesson 13", no_engine, how),
        Tier(
            4,
            "kind, kubectl and tier 3",
            "lessons 14 to 17",
            (*words(tools), *below),
            (*remedies(tools), *how),
        ),
    )


def _engine_lacks(programs: dict[str, Program], installer: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is wrong with the container engines, and the commands that mend it. One that answers is enough."""
    docker, podman = programs["docker"], programs["podman"]
    if docker.ready or podman.ready:
        return (), ()
    if docker.state == "broken":
        if "permission denied" in docker.detail.lower():
            return (f"docker: {docker.detail}",), (
                'sudo usermod -aG docker "$USER"',
                "then log out and in again",
            )
        start = "open -a Docker" if sys.platform == "darwin" else "sudo systemctl start docker"
        return (f"docker: {docker.detail}",), (start,)
    if podman.state == "broken":
        start = ("podman machine init", "podman machine start") if sys.platform == "darwin" else ("podman info",)
        return (f"podman: {podman.detail}",), start
    return ("docker or podman: neither is installed",), tuple(_install(["podman"], installer))


# --- the machine --------------------------------------------------------------------------------------------


def _system() -> str:
    """The operating system in words, and the processor's kind."""
    name = f"{platform.system()} {platform.release()}"
    if sys.platform == "darwin":
        name = f"macOS {platform.mac_ver()[0]}"
    elif sys.platform == "linux":
        with suppress(OSError):  # a Linux without /etc/os-release: the kernel's name has to do
            name = platform.freedesktop_os_release().get("PRETTY_NAME", name)
        if "microsoft" in platform.release().lower():
            name += " in WSL"
    elif sys.platform == "win32":
        name += " (gunicorn, uWSGI and nginx do not run on Windows itself: use WSL 2)"
    return f"{name}, {platform.machine()}"


def _cores() -> int:
    """How many cores this process may use; a container's CPU quota does not show in it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# --- words --------------------------------------------------------------------------------------------------


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _mark(ready: bool) -> str:
    return "✓" if ready else "✗"


def _tier_words(tier: Tier) -> str:
    return "ready" if tier.ready else "lacks " + "; ".join(tier.lacks)


def _last_line(said: str) -> str:
    """The last line that says something, made printable and cut to a readable length."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    line = "".join(character if character.isprintable() else "?" for character in lines[-1]) if lines else "nothing"
    return line if len(line) <= 120 else line[:117] + "..."


def _html_mark(ready: bool) -> str:
    word, colour = ("ready", "#00856a") if ready else ("not ready", "#d55e00")
    return f'<b style="color:{colour}" role="img" aria-label="{word}" title="{word}">{_mark(ready)}</b>'


def _unbroken(text: str) -> str:
    return f'<span style="white-space:nowrap">{html.escape(text)}</span>'


def _html_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose cells are HTML already; the second cell of a row is its heading."""
    style = 'style="text-align:left;vertical-align:top;padding:3px 10px"'
    head = "".join(f'<th scope="col" {style}>{name}</th>' for name in heads)
    body = "".join("<tr>" + "".join(_html_cell(n, cell, style) for n, cell in enumerate(row)) + "</tr>" for row in rows)
    caption = f'<caption style="text-align:left;font-weight:bold;color:inherit">{caption}</caption>'
    head, body = f"<thead><tr>{head}</tr></thead>", f"<tbody>{body}</tbody>"
    return f'<table style="border-collapse:collapse">{caption}{head}{body}</table>'


def _html_cell(column: int, cell: str, style: str) -> str:
    return f'<th scope="row" {style}>{cell}</th>' if column == 1 else f"<td {style}>{cell}</td>"
