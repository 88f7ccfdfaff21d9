"""The WSGI servers of the course, each the real program."""

import contextlib
import difflib
import os
import re
import socket
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from .process import HOST, Server

LONGEST_UNIX = 100  # bytes of a unix socket's address: 108 on Linux, 104 on macOS, with a zero at the end
SETTLED = 1.0  # seconds without a new worker after which gunicorn has started them all


def _flags(settings: dict[str, Any]) -> list[str]:
    """Settings as command line flags: ``buffer_size=8192`` is ``--buffer-size 8192``; True is a bare flag."""
    flags: list[str] = []
    for name, value in settings.items():
        if value is not None and value is not False:
            flags += _flag("--" + name.replace("_", "-"), value, name)
    return flags


def _flag(flag: str, value: Any, name: str) -> list[str]:
    """One flag with its value, or several when the value is a list."""
    if value is True:
        return [flag]
    if isinstance(value, list | tuple):
        return [part for one in value for part in (flag, str(one))]
    if isinstance(value, str | int | float):
        return [flag, str(value)]
    raise ValueError(f"{name}={value!r} cannot go on a command line: write it in a config file and pass config=")


def _gunicorn_flags(settings: dict[str, Any]) -> list[str]:
    """gunicorn's settings as flags; some have another name there (``accesslog`` is ``--access-logfile``).

    Raises:
        ValueError: gunicorn has no such setting, or it can be given in a config file only.
    """
    if not settings:
        return []
    from gunicorn.config import KNOWN_SETTINGS

    known = {setting.name: setting for setting in KNOWN_SETTINGS}
    known |= {flag[2:].replace("-", "_"): s for s in KNOWN_SETTINGS for flag in s.cli or () if flag.startswith("--")}
    flags: list[str] = []
    for name, value in settings.items():
        if name not in known:
            near = ", ".join(difflib.get_close_matches(name, known)) or "one that its documentation lists"
            raise ValueError(f"gunicorn has no setting {name!r}; did you mean {near}?")
        setting = known[name]
        if not setting.cli or callable(value):
            raise ValueError(f"{name} cannot go on a command line: write it in a config file and pass config=")
        long = next(flag for flag in setting.cli if flag.startswith("--"))
        if setting.action in ("store_true", "store_const"):  # the constant is False: --no-sendfile
            flags += [long] if value is (setting.action == "store_true") else []
        elif value is not None:
            flags += _flag(long, value, name)
    return flags


class Wsgiref(Server):
    """The standard library's ``wsgiref.simple_server``: one process, one request at a time (PEP 3333's reference)."""

    takes_settings = False

    listening = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")

    def argv(self) -> list[str]:
        return [sys.executable, str(Path(__file__).with_name("run_wsgiref.py")), self.app, str(self._fixed_port or 0)]


class Gunicorn(Server):
    """gunicorn, with any of its settings.

    Args:
        app: the application as ``module:name``.
        config: a ``gunicorn.conf.py`` to read, relative to ``cwd``.
        cwd, env, port, start_timeout, limits: as for every server.
        bind: ``unix:shop.sock`` to listen on a unix socket of this name in ``cwd`` instead of a port.
        settings: gunicorn settings by their names (``workers=3, worker_class="gthread", threads=4``), as in
            gunicorn's documentation; they go on the command line, which wins over the config file.

    On USR2 gunicorn starts a successor, and ``pid`` is the successor's once the old arbiter has ended.

    gunicorn 25.1 and later open a control socket for each user by default; two servers would collide, so it is off.
    """

    listening = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
    successor = "GUNICORN_PID"

    def __init__(self, app: str, *, config: str | Path | None = None, bind: str = "", **settings: Any) -> None:
        if bind and not bind.removeprefix("unix:"):
            raise ValueError('name the unix socket: bind="unix:shop.sock"')
        if bind and not bind.startswith("unix:"):
            raise ValueError(
                "the course binds to 127.0.0.1 only: leave bind out, or give port= if it must be a fixed one"
            )
        super().__init__(app, **settings)
        self.config = config
        self._unix = self.cwd / bind.removeprefix("unix:") if bind else None
        if self._unix:
            if len(os.fsencode(self._unix)) > LONGEST_UNIX:
                raise ValueError(f"{self._unix} is too long for the address of a unix socket ({LONGEST_UNIX} bytes)")
            self.port = self._fixed_port = None
        self._flags = _gunicorn_flags(self.settings)
        self._expected = self._workers_expected(self.settings)

    def argv(self) -> list[str]:
        config = ["--config", str(self.config)] if self.config else []
        address = f"unix:{self._unix}" if self._unix else f"{HOST}:{self._fixed_port or 0}"
        bind = ["--bind", address, "--no-control-socket"]
        return [sys.executable, "-m", "gunicorn", self.app, *config, *self._flags, *bind]

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``, or for a unix socket ``http+unix://`` and its path, percent-encoded."""
        return f"http+unix://{quote(str(self._unix), safe='')}" if self._unix else super().url

    def connect(self, timeout: float = 5.0) -> socket.socket:
        if self._unix is None:
            return super().connect(timeout)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(timeout)
            connection.connect(str(self._unix))
        except BaseException:
            connection.close()
            raise
        return connection

    def _find_port(self, ask_system: bool) -> int | None:
        if self._unix is None:
            return super()._find_port(ask_system)
        return 0 if self._unix.exists() else None  # a socket has no port; 0 says that it is there

    def arbiters(self) -> list[int]:
        """The pids of the arbiters, oldest first: one, and after USR2 its successor."""
        if not self.alive:
            return []
        return [self.pid, *(pid for pid, arbiter in self._children() if arbiter)]

    @property
    def command(self) -> str:
        return " ".join(["gunicorn", *self.argv()[3:]])

    def workers(self) -> list[int]:
        if not self.alive:
            return []
        return [pid for pid, arbiter in self._children() if not arbiter]

    def _children(self) -> list[tuple[int, bool]]:
        """The living children of the arbiter, oldest first, each with whether it is the successor."""
        found = []
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.pid).children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    if child.status() != psutil.STATUS_ZOMBIE:
                        arbiter = child.environ().get(self.successor) == str(self.pid)
                        found.append((child.create_time(), child.pid, arbiter))
        return [(pid, arbiter) for _, pid, arbiter in sorted(found)]

    def _workers_expected(self, settings: dict[str, Any]) -> int | None:
        """How many workers there will be, if that is known before a config file has been read."""
        if "workers" in settings:
            return int(settings["workers"])
        if self.env.get("GUNICORN_CMD_ARGS"):
            return None
        config = self.cwd / (self.config or "gunicorn.conf.py")  # gunicorn reads the latter unasked
        if not config.exists():
            return int(self.env.get("WEB_CONCURRENCY") or 1)
        written = re.findall(r"^workers\s*=\s*(\d+)\s*(?:#.*)?$", config.read_text(errors="replace"), re.M)
        return int(written[-1]) if written else None

    def ready(self) -> bool:
        if not super().ready():
            return False
        workers = self.workers()
        if self._expected is not None:
            return len(workers) >= self._expected and self._all_workers_loop(workers)
        # The arbiter pauses up to 0.1 s between two workers: when none has come for much longer, all are there.
        youngest = max((psutil.Process(pid).create_time() for pid in workers), default=time.time())
        return time.time() - youngest > SETTLED and self._all_workers_loop(workers)

    def _all_workers_loop(self, workers: list[int]) -> bool:
        """Whether every worker has reached its request loop.

        A worker's heartbeat sets the modification time of a deleted temporary file, which it shares with the arbiter,
        to the *monotonic* clock (gunicorn/workers/workertmp.py): a date in the 1970s. Before the first beat the date is
        today's. Where there is no /proc to look into, the first worker that answers has to do.
        """
        files = Path(f"/proc/{self.pid}/fd")
        if not files.is_dir():
            return True
        beats = []
        for file in files.iterdir():
            try:
                if "wgunicorn-" in os.readlink(file):
                    beats.append(file.stat().st_mtime)
            except FileNotFoundError:
                continue  # closed while we looked
        return len(beats) >= len(workers) and all(beat < 1e9 for beat in beats)


class Waitress(Server):
    """waitress: one process, a pool of threads, and a main thread that buffers requests and answers.

    Args:
        app: the application as ``module:name``.
        cwd, env, port, start_timeout, limits: as for every server.
        settings: waitress settings by their names (``threads=8``).
    """

    listening = re.compile(r"Serving on http://127\.0\.0\.1:(\d+)")

    def argv(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "waitress",
            f"--listen={HOST}:{self._fixed_port or 0}",
            *_flags(self.settings),
            self.app,
        ]

    @property
    def command(self) -> str:
        return " ".join(["waitress-serve", *self.argv()[3:]])


class Uwsgi(Server):
    """uWSGI, from the ``pyuwsgi`` wheel, speaking HTTP itself (``http-socket``).

    Args:
        app: the application as ``module:name``.
        cwd, env, port, start_timeout, limits: as for every server.
        settings: uWSGI options by their names (``processes=3, threads=2``).
    """

    listening = re.compile(r"bound to TCP address 127\.0\.0\.1:(\d+)")

    def argv(self) -> list[str]:
        program = str(Path(sysconfig.get_path("scripts")) / "pyuwsgi")
        address = ["--http-socket", f"{HOST}:{self._fixed_port or 0}"]
        return [
            program,
            *address,
            "--wsgi",
            self.app,
            "--master",
            "--need-app",
            "--die-on-term",
            *_flags(self.settings),
        ]

    @property
    def command(self) -> str:
        return " ".join(["uwsgi", *self.argv()[1:]])

    def workers(self) -> list[int]:
        if not self.alive:
            return []
        return sorted(c.pid for c in psutil.Process(self.pid).children())


class OwnServer(Server):
    """A WSGI server of your own: a function ``serve(listener, app)`` that takes a listening socket and an application.

    Args:
        function: where it is, as ``module:name``, found from ``cwd``.
        app: the application as ``module:name``.
        cwd, env, port, start_timeout, limits: as for every server.
    """

    listening = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")

    takes_settings = False

    def __init__(self, function: str, app: str, **common: Any) -> None:
        super().__init__(app, **common)
        self.function = function

    def argv(self) -> list[str]:
        runner = str(Path(__file__).with_name("run_own.py"))
        return [sys.executable, runner, self.function, self.app, str(self._fixed_port or 0)]

    def ready(self) -> bool:
        """It listens before the function is called; whether it answers is for the one who asks to find out."""
        return True
