"""What every server of the course shares: started on a free port of 127.0.0.1, ready when it answers, ended whole.

The programs are started through a keeper (see keeper.py), so that nothing of them is left when the kernel that
started them goes away, in whatever way it goes.
"""

import ast
import atexit
import contextlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import psutil

from . import keeper

HOST = "127.0.0.1"
LOG_KEPT = 1 << 20  # bytes of a log that are read back, from its end
QUIET = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}  # a log at once, and no __pycache__ beside lessons
SCRATCH_PREFIX = "labkit-"


class ServerError(Exception):
    """A server did not start or did not stay. The message says what was tried, what happened and what to do next.

    Attributes:
        log: the end of what the program wrote.
        cause: one word for the kind of failure: ``syntax``, ``module``, ``name``, ``import``, ``port``, ``program``,
            ``silent`` or ``ended``.
    """

    def __init__(self, message: str, *, cause: str, log: str = "") -> None:
        super().__init__(message if not log.strip() else f"{message}\n\nThe end of its log:\n{log_end(log)}")
        self.summary, self.cause, self.log = message, cause, log

    def _render_traceback_(self) -> list[str]:
        """Show the words alone in a notebook: the stack is ours, not the reader's."""
        return [f"ServerError: {self}"]


def log_end(log: str, lines: int = 15) -> str:
    """The last lines of a log, indented."""
    return "\n".join("    " + line for line in log.rstrip().splitlines()[-lines:])


class Keeper:
    """The kernel's side of a keeper process.

    Args:
        preload: modules that the keeper imports once, so that calls into them start at once.
    """

    def __init__(self, *preload: str) -> None:
        self._preload = preload
        self._owner = 0
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Start the keeper process, unless it runs."""
        if self._line is not None and self._owner == os.getpid() and self._process.poll() is None:
            return
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", keeper.__file__, str(theirs.fileno()), *self._preload],
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                cwd="/",
            )
        self._line, self._owner = ours, os.getpid()
        atexit.register(self.close)

    def close(self) -> None:
        """End the keeper process. Sessions still open end on their own when their sockets close."""
        if self._line is not None and self._owner == os.getpid():
            self._line.close()
            self._line = None
            self._process.wait()

    def session(self, request: dict[str, Any]) -> "Session":
        """Begin a session (the fields of the request are described in keeper.py)."""
        self.open()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._line, [b"s"], [theirs.fileno()])
            except BrokenPipeError:  # the keeper was killed: begin another
                self._line = None
                self.open()
                socket.send_fds(self._line, [b"s"], [theirs.fileno()])
        ours.sendall(json.dumps({"owner": os.getpid(), **request}).encode() + b"\n")
        return Session(ours)


class Session:
    """The kernel's side of a session: what the program's guardian has told so far."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._rest = b""
        self.told: dict[str, Any] = {}

    def listen(self, seconds: float = 0.0, until: str | None = None) -> dict[str, Any]:
        """Take in what was told, waiting up to some seconds until ``until`` (or the end) was told."""
        deadline = time.monotonic() + seconds
        while "ended" not in self.told and not (until and until in self.told):
            ready, _, _ = select.select([self._line], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                break
            try:
                part = self._line.recv(65536)
            except ConnectionResetError:
                part = b""
            if not part:
                self.told.setdefault("ended", "lost")
                break
            *events, self._rest = (self._rest + part).split(b"\n")
            for event in events:
                self.told.update(json.loads(event))
        return self.told

    def stop(self, seconds: float = 8.0) -> dict[str, Any]:
        """End the program with everything it started; returns when that is done."""
        if "ended" not in self.told:
            with contextlib.suppress(OSError):
                self._line.sendall(b"stop\n")
            self.listen(seconds)
        self._line.close()
        self.told.setdefault("ended", "lost")
        return self.told


class Forker:
    """A keeper for a process that a keeper guards already and that has one thread: it forks sessions itself."""

    def session(self, request: dict[str, Any]) -> Session:
        """Begin a session, as a keeper does."""
        ours, theirs = socket.socketpair()
        with theirs:
            keeper.fork_session(theirs.fileno(), ours)
        ours.sendall(json.dumps({"owner": os.getpid(), **request}).encode() + b"\n")
        return Session(ours)


_keeper: Keeper | Forker = Keeper()


def start_sessions_here() -> None:
    """Start servers from this process from now on, without a keeper process of its own."""
    global _keeper
    _keeper = Forker()


def begin(
    argv: list[str], *, cwd: Path, log: Path, limits: dict[str, int], seconds: float, env: dict[str, str] | None = None
) -> Session:
    """Start a program that is no server, guarded as the servers are.

    Args:
        argv: the program and its arguments.
        cwd: the folder to run in.
        log: the file for what it writes.
        limits: ``memory`` (bytes a process) and ``file`` (bytes a file).
        seconds: the most it may take.
        env: environment variables to add.
    """
    return _keeper.session(
        {
            "argv": argv,
            "cwd": str(cwd),
            "env": {**os.environ, **QUIET, **(env or {})},
            "log": str(log),
            "limits": limits,
            "seconds": seconds,
        }
    )


class Server:
    """A real server program, as a context manager; use one of its kinds: ``Gunicorn``, ``Wsgiref``, ...

    Args:
        app: the application as ``module:name``, found from ``cwd``.
        cwd: the folder to run in; the current one if not given.
        env: environment variables to add.
        port: a fixed port; by default the system chooses a free one. The address is always 127.0.0.1.
        start_timeout: seconds to wait until it answers.
        limits: bounds for the program: ``memory`` (bytes a process) and ``file`` (bytes a file).
        settings: the program's own settings, by their names, where it has any.

    Raises:
        TypeError, ValueError: the program has no such setting.
        ServerError: when entered, if it does not start; in words, with the end of its log.
    """

    #: What the program prints when it listens; group 1 is the port.
    listening: re.Pattern[str]
    #: Whether the program has settings of its own.
    takes_settings = True
    #: The environment variable in which a successor that the program starts itself has the program's pid.
    successor = ""

    def __init__(
        self,
        app: str,
        *,
        cwd: str | Path | None = None,
        env: dict[str, str] | None = None,
        port: int | None = None,
        start_timeout: float = 15.0,
        limits: dict[str, int] | None = None,
        **settings: Any,
    ) -> None:
        if settings and not self.takes_settings:
            raise TypeError(f"{type(self).__name__} has no setting {', '.join(settings)}")
        if not isinstance(app, str) or not re.fullmatch(r"[\w.]+:\w[\w.()]*", app):
            raise ValueError(f'name the application as "module:name", for example "shop:app", not {app!r}')
        self.app = app
        self.cwd = Path(cwd or os.getcwd()).resolve()
        self.env = {**os.environ, **QUIET, **(env or {})}
        self.host = HOST
        self.port = port
        self._fixed_port = port
        self.start_timeout = start_timeout
        self.limits = limits or {}
        self.settings = settings
        self._session: Session | None = None
        self._log_file: Path | None = None
        self._log_kept = ""
        self.pid: int | None = None

    # What each kind of server says of itself

    def argv(self) -> list[str]:
        """The command line that starts the program; port 0 asks the system for a free one."""
        raise NotImplementedError

    def ready(self) -> bool:
        """Whether it takes requests. A worker that takes an empty connection and hangs up is ready; the application is
        not called and nothing is logged for it."""
        try:
            with self.connect(timeout=1.0) as probe:
                probe.shutdown(socket.SHUT_WR)
                return probe.recv(1) == b""
        except OSError:
            return False

    def workers(self) -> list[int]:
        """The pids of the processes that call the application, oldest first."""
        return [self.pid] if self.alive else []

    # What is the same for all

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    def connect(self, timeout: float = 5.0) -> socket.socket:
        """A new connection to the server; ``timeout`` in seconds is for it and for all that is done with it."""
        return socket.create_connection((self.host, self.port), timeout=timeout)

    @property
    def command(self) -> str:
        """The command line as a person would type it."""
        return " ".join(self.argv())

    @property
    def alive(self) -> bool:
        """Whether the program still runs."""
        if self._session is None:
            return False
        told = self._session.listen()
        self.pid = told.get("succeeded", self.pid)
        return not told.keys() & {"exited", "ended", "failed"}

    @property
    def log(self) -> str:
        """What the program has written so far, its last megabyte."""
        if self._log_file is not None and self._log_file.exists():
            with open(self._log_file, "rb") as file:
                file.seek(max(0, self._log_file.stat().st_size - LOG_KEPT))
                self._log_kept = file.read().decode("utf-8", "replace")
        return self._log_kept

    def signal(self, name: str) -> None:
        """Send a signal, by its name (``"HUP"``, ``"TERM"``), to the program's main process.

        Raises:
            ServerError: the program does not run.
        """
        if not self.alive:
            raise ServerError(f"{type(self).__name__} does not run: there is no process to signal", cause="ended")
        os.kill(self.pid, getattr(signal, "SIG" + name.removeprefix("SIG")))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = f"at {self.url}, pid {self.pid}" if self.alive else "not running"
        return f"<{type(self).__name__} {self.app} {state}>"

    def start(self) -> None:
        """Start the program and wait until it answers."""
        if self.alive:
            return
        if not self.cwd.is_dir():
            raise ServerError(f"there is no folder {self.cwd} to run {self.app} in", cause="module")
        self.port = self._fixed_port
        if self.port is not None:
            self._refuse_taken_port()
        folder = Path(tempfile.mkdtemp(prefix=f"{SCRATCH_PREFIX}{os.getpid()}-"))
        self._log_file, self._log_kept = folder / "server.log", ""
        self._log_file.touch()
        self._folder = folder
        self._session = _keeper.session(
            {
                "argv": self.argv(),
                "cwd": str(self.cwd),
                "env": self.env,
                "log": str(self._log_file),
                "folders": [str(folder)],
                "limits": self.limits,
                "successor": self.successor,
            }
        )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the program and every process it has started, at once. Nothing happens if it does not run."""
        if self._session is None:
            return
        _ = self.log  # the file goes away with the session
        told = self._session.stop()
        self._session = None
        if told["ended"] == "lost":
            shutil.rmtree(self._folder, ignore_errors=True)
        if told.get("left"):
            raise ServerError(f"these processes could not be ended: {told['left']}", cause="ended", log=self.log)

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise ServerError(
                    f"port {self.port} on {self.host} cannot be used ({error.strerror}){_port_owner(self.port)}. "
                    "Leave the port out and the system chooses a free one.",
                    cause="port",
                ) from None

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.start_timeout
        told = self._session.listen(self.start_timeout, until="started")
        if "failed" in told:
            raise ServerError(f"{self.argv()[0]} did not start: {told['failed']}", cause="program")
        self.pid = told.get("started")
        pause = 0.003
        while True:
            self._session.listen(pause, until="exited")
            if not self.alive:
                raise self._explain()
            if self.port is None:
                self.port = self._find_port(time.monotonic() > deadline - self.start_timeout + 1.0)
            if self.port is not None and self.ready():
                return
            if time.monotonic() > deadline:
                file = self.app.partition(":")[0] + ".py"
                words = f"{type(self).__name__} did not answer within {self.start_timeout:g} seconds: loading {file} does not end"
                if self.log.count("Booting worker") > len(self.workers()) + 2:
                    words = f"every worker of {type(self).__name__} ended while it loaded {file}, one after the other"
                raise ServerError(words, cause="silent", log=self.log)
            pause = min(0.01, pause * 1.3)

    def _find_port(self, ask_system: bool) -> int | None:
        if found := self.listening.search(self.log):
            return int(found[1])
        if ask_system:  # its log goes elsewhere: ask which port its processes listen on
            with contextlib.suppress(psutil.Error):  # it ends just now: then there is none
                for process in [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]:
                    for connection in process.net_connections(kind="tcp4"):
                        if connection.status == psutil.CONN_LISTEN and connection.laddr.ip == self.host:
                            return connection.laddr.port
        return None

    def _explain(self) -> ServerError:
        """Say in words why the program ended, from its log."""
        log, code = self.log, self._session.told.get("exited")
        cause, words = explain_log(log, self.app, self.cwd)
        if words is None:
            how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
            words = f"{type(self).__name__} {how} before it answered"
        return ServerError(words, cause=cause, log=log)


def explain_log(log: str, app: str, cwd: Path) -> tuple[str, str | None]:
    """Find out from a server's log why an application could not be loaded.

    Args:
        log: the text of the log.
        app: the application as ``module:name``.
        cwd: the folder it was looked for in.

    Returns:
        The kind of failure (as in ``ServerError.cause``) and a sentence about it, or ``None`` if the log does not tell.
    """
    module, _, name = app.partition(":")
    file = module.replace(".", "/") + ".py"
    last = re.findall(r"^(?:\[.*?\] )?(\w+(?:\.\w+)*(?:Error|Exception|Exit|Interrupt)): ?(.*)$", log, re.M)
    kind, words = last[-1] if last else ("", "")
    if "Address already in use" in log or "Connection in use" in log:
        return "port", "the port is taken by another program"
    for found in re.finditer(
        r'File "([^"]+)", line (\d+)\n(?P<code>(?:.*\n){1,2}?)(?P<kind>(?:Syntax|Indentation|Tab)Error): (?P<words>.*)',
        log,
    ):
        where = Path(found[1]).name
        return "syntax", f"{where} is not valid Python: line {found[2]}: {found['words']}"
    missing = re.search(r"No module named '([\w.]+)'", log)
    if missing and missing[1].split(".")[0] == module.split(".")[0]:
        return "module", f"there is no {file} in {cwd.name}/: run the cell that writes it first"
    if missing:
        importer = _importer(log[: missing.start()], cwd, file)
        if not importer:
            return "module", f"there is no {missing[1]}.py in {cwd.name}/: run the cell that writes it first"
        words = "which is not installed here"
        if "." not in missing[1]:
            words += f", and there is no file {missing[1]}.py in {cwd.name}/. "
            words += "If a cell writes it, run that cell; it may be folded away"
        return "import", f"{importer} imports {missing[1]!r}, {words}"
    if re.search(rf"Failed to find attribute '{re.escape(name)}'|has no attribute '{re.escape(name)}'", log):
        return "name", f"{file} has no name {name!r}{_names_in(cwd / file)}"
    if "Failed to find application object" in log or "Application object must be callable" in log:
        return "name", f"{name!r} in {file} is not callable"
    if (config := re.search(r"^Failed to read config file: (.+)$", log, re.M)) and kind:
        line = re.findall(rf'File "[^"]*{re.escape(Path(config[1]).name)}", line (\d+)', log)
        at = f" (line {line[-1]})" if line else ""
        return "import", f"{Path(config[1]).name} failed while gunicorn read it{at}: {kind}: {words}"
    if "Traceback" in log and kind:
        line = re.findall(rf'File "[^"]*{re.escape(file)}", line (\d+)', log)
        at = f" (line {line[-1]})" if line else ""
        return "import", f"{file} failed while it was imported{at}: {kind}: {words}"
    if "callable not found or import error" in log:  # uWSGI, when the import went well
        return "name", f"{file} has no name {name!r}{_names_in(cwd / file)}"
    return "ended", None


def _importer(trace: str, cwd: Path, file: str) -> str | None:
    """The file whose ``import`` failed, with the line, as the end of a traceback tells; ``file`` if there is none. None
    if nobody's file did: what the server itself was told to load is missing.
    """
    frames = re.findall(r'^\s*File "([^"<]+)", line (\d+), in (\S+)', trace, re.M)
    if not frames:
        return file
    path, line, function = Path(frames[-1][0]), *frames[-1][1:]
    if path.is_relative_to(cwd):
        return f"{path.relative_to(cwd)}, line {line},"
    return f"{path.name}, line {line}," if function == "<module>" else None


def _names_in(file: Path) -> str:
    """The functions, classes and variables at a file's top level, as the end of a sentence."""
    try:
        body = ast.parse(file.read_text()).body
    except (OSError, SyntaxError, ValueError):
        return ""
    names = [n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    names += [t.id for n in body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)]
    return f"; it has {', '.join(names)}" if names else ""


def _port_owner(port: int) -> str:
    """Who listens on a port, as the end of a sentence; empty if the system does not tell."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f": process {connection.pid} ({psutil.Process(connection.pid).name()}) listens there"
    except psutil.Error:
        pass
    return ""


def clean() -> list[Path]:
    """Remove scratch folders of kernels that are gone. Returns what was removed."""
    removed = []
    for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH_PREFIX}*-*"):
        owner = folder.name.removeprefix(SCRATCH_PREFIX).split("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)) and folder.owner() == psutil.Process().username():
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(folder)
    return removed
