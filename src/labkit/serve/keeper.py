"""The keeper: a process that stands between a notebook kernel and the programs it starts, and outlives neither.

A kernel can be killed with ``kill -9``; no ``finally`` and no ``atexit`` runs then. So the kernel starts nothing
itself. It asks its keeper, and the keeper forks a *session* for each program. A session

* is the program's parent and, on Linux, the *subreaper* of all it starts (``prctl(2)``, PR_SET_CHILD_SUBREAPER): a
  daemon that detaches itself becomes the session's child again and cannot get away;
* watches three things: the program, a socket to the kernel, and the kernel's pid. When the program ends, the socket
  closes or the kernel dies, it ends every descendant and removes the folders it was given. A program that has started
  its own successor, as gunicorn does on USR2, may end before it: the session watches the successor from then on.

The file is run by its path, with safe paths (-P). It imports the standard library and psutil only.
"""

import contextlib
import ctypes
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import Any

import psutil

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
END_SECONDS = 5.0  # how long a session tries to end what resists


def prctl(option: int, value: int) -> None:
    """Call prctl(2) where there is one (Linux); elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end_descendants(seconds: float = END_SECONDS) -> list[int]:
    """Kill everything this process has started, and what that has started, and reap it.

    Args:
        seconds: how long to go on when processes keep appearing.

    Returns:
        The pids that were still there at the end (none, unless something cannot be killed).
    """
    own = psutil.Process()
    deadline = time.monotonic() + seconds
    while True:
        left = [p for p in own.children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        reap()
        if not left or time.monotonic() > deadline:
            return [p.pid for p in left]
        time.sleep(0.002)


def successor(pid: int, variable: str) -> int | None:
    """The child of this process that a program which has ended left in its place.

    Args:
        pid: the program that has ended.
        variable: the environment variable in which its successor has this pid; ``GUNICORN_PID`` for gunicorn.

    Returns:
        The oldest such process: the workers that it has started already have the variable, too.
    """
    found = []
    for child in psutil.Process().children() if variable else []:
        with contextlib.suppress(psutil.Error):
            if child.status() != psutil.STATUS_ZOMBIE and child.environ().get(variable) == str(pid):
                found.append((child.create_time(), child.pid))
    return min(found)[1] if found else None


def reap() -> dict[int, int]:
    """Collect the exit codes of all children that have ended: pid -> code, negative for a signal."""
    codes = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return codes
        if pid == 0:
            return codes
        codes[pid] = os.waitstatus_to_exitcode(status)


class Session:
    """One program (or one function call in a forked child) and everything that it starts."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.folders: list[str] = []

    def tell(self, **event: Any) -> None:
        try:
            self.channel.sendall(json.dumps(event).encode() + b"\n")
        except OSError:
            pass  # the kernel is gone; the watch loop sees that too

    def hear(self) -> None:
        """Take the word off the line: closing it unread would cut off what we still have to tell."""
        with contextlib.suppress(OSError):
            self.channel.recv(4096)

    def read_request(self) -> dict[str, Any] | None:
        received = b""
        while not received.endswith(b"\n"):
            part = self.channel.recv(65536)
            if not part:
                return None
            received += part
        return json.loads(received)

    def run(self) -> None:
        request = self.read_request()
        if request is None:
            return
        self.folders = request.get("folders", [])
        reason, left = "refused", []
        try:
            wake, waker = os.pipe()
            os.set_blocking(waker, False)
            signal.signal(signal.SIGCHLD, lambda *_: None)
            signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
            if request.get("hold"):  # no program: the session only keeps folders for as long as the kernel lives
                pid, output = 0, None
            elif "call" in request:
                pid, output = self.fork_call(request)
            else:
                pid, output = self.spawn(request), None
            if pid is not None:
                self.tell(started=pid)
                reason = self.watch(request, pid, output, wake)
        finally:
            left = end_descendants()
            if reason == "exited":  # the kernel still wants to read the log
                self.watch({"owner": request["owner"]}, 0, None, wake)
            for folder in self.folders:
                shutil.rmtree(folder, ignore_errors=True)
            self.tell(ended=reason, left=left)

    def spawn(self, request: dict[str, Any]) -> int | None:
        """Start a program; tell the kernel in words when that fails."""
        limits = request.get("limits", {})

        def prepare() -> None:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            set_limits(limits)

        try:
            with open(request["log"], "ab") as log:
                process = subprocess.Popen(
                    request["argv"],
                    cwd=request["cwd"],
                    env=request["env"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=prepare,
                )
        except (OSError, subprocess.SubprocessError) as error:
            self.tell(failed=str(error))
            return None
        process.returncode = 0  # reap() collects it; keeps Popen's finalizer quiet
        return process.pid

    def fork_call(self, request: dict[str, Any]) -> tuple[int, int]:
        """Call ``module:function`` with the payload in a forked child; its result comes back through a pipe."""
        reader, writer = os.pipe()
        pid = os.fork()
        if pid:
            os.close(writer)
            return pid, reader
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.channel.close()
            os.close(reader)
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            set_limits(request.get("limits", {}))
            with open(request["log"], "ab") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            os.environ.clear()
            os.environ.update(request["env"])
            os.chdir(request["cwd"])
            module, _, function = request["call"].partition(":")
            result = getattr(importlib.import_module(module), function)(request["payload"])
            with open(writer, "wb") as out:
                out.write(json.dumps(result).encode())
            code = 0
        except BaseException:  # noqa: BLE001 - the traceback goes to the log, whatever it is
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stderr.flush()
            os._exit(code)

    def watch(self, request: dict[str, Any], pid: int, output: int | None, wake: int) -> str:
        """Wait until the program ends, the kernel hangs up or dies, or the time is over. Returns which."""
        deadline = time.monotonic() + request["seconds"] if request.get("seconds") else None
        owner = request["owner"]
        try:
            owner_fd = os.pidfd_open(owner) if hasattr(os, "pidfd_open") else None
        except ProcessLookupError:
            return "orphaned"
        except OSError:
            owner_fd = None  # a kernel without pidfd: poll instead
        watched = [self.channel.fileno(), wake]
        watched += [owner_fd] if owner_fd is not None else []
        watched += [output] if output is not None else []
        result = b""
        while True:
            pause = 0.25 if owner_fd is None else None
            if deadline is not None:
                rest = max(0.0, deadline - time.monotonic())
                pause = rest if pause is None else min(rest, pause)
            ready, _, _ = select.select(watched, [], [], pause)
            if self.channel.fileno() in ready:
                self.hear()
                return "stopped"  # a word or the end of the line: both mean stop
            if owner_fd in ready or (owner_fd is None and not psutil.pid_exists(owner)):
                return "orphaned"
            if output in ready:
                part = os.read(output, 65536)
                result += part
                if not part:
                    watched.remove(output)
            if wake in ready:
                os.read(wake, 4096)
                code = reap().get(pid)
                if code is not None and (next_pid := successor(pid, request.get("successor", ""))):
                    pid, code = next_pid, None
                    self.tell(succeeded=pid)
                if code is not None:
                    while output in watched and (part := os.read(output, 65536)):
                        result += part
                    self.tell(exited=code, result=json.loads(result) if code == 0 and result else None)
                    return "exited"
            if deadline is not None and time.monotonic() >= deadline:
                return "deadline"


def set_limits(limits: dict[str, int]) -> None:
    """Bound this process and its children: ``memory`` (bytes each, RLIMIT_AS), ``file`` (bytes a file, RLIMIT_FSIZE)."""
    for name, kind in (("memory", resource.RLIMIT_AS), ("file", resource.RLIMIT_FSIZE)):
        if name in limits:
            resource.setrlimit(kind, (limits[name], limits[name]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(channel: socket.socket, preload: list[str]) -> None:
    """Fork a session for each socket that arrives on the channel, until the kernel closes it."""
    for module in preload:
        importlib.import_module(module)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Jupyter's stop button is for the kernel, not for its servers
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps sessions
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
        if not message:
            return
        fork_session(descriptors[0], channel)
        os.close(descriptors[0])


def fork_session(descriptor: int, *close: socket.socket) -> None:
    """Fork a session for the request that comes over a socket.

    Args:
        descriptor: the session's end of the socket.
        close: sockets of the caller that the session must not hold open.
    """
    if os.fork() == 0:
        try:
            for other in close:
                other.close()
            os.setsid()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            prctl(PR_SET_CHILD_SUBREAPER, 1)
            with socket.socket(fileno=descriptor) as session:
                Session(session).run()
        finally:
            os._exit(0)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as line:
        main(line, sys.argv[2:])
