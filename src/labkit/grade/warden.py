"""Run one command and, when it ends, end every process that it started. A program: ``python warden.py SECONDS COMMAND...``

A server that a submission starts with ``Popen(start_new_session=True)`` or as a double-forked daemon outlives its kernel and
would answer for the next submission. On Linux this process is made the *child subreaper* (``PR_SET_CHILD_SUBREAPER``, see
prctl(2)): whoever loses its parent becomes its child, so nothing that the command started can leave its tree. Elsewhere the
tree is looked at twice a second with psutil, and what was seen once is remembered.

The command is also ended after SECONDS, and when this process's standard input closes, which is how it learns that the
grader itself is gone. Exit status: the command's own, 124 when its time was over, 125 when something could not be ended.
What was left behind is named on standard error.

Only the standard library on Linux: it starts in milliseconds and imports nothing that a submission could have put in the way.
"""

import ctypes
import os
import select
import signal
import sys
import time
from pathlib import Path

TIME_IS_OVER, LEFT_ALIVE, TOLD_TO_STOP = 124, 125, 143
_PR_SET_CHILD_SUBREAPER = 36
_LINUX = sys.platform.startswith("linux")
_seen: dict[int, float] = {}


def adopt_orphans() -> None:
    """Become the parent of every descendant that loses its own (Linux only)."""
    if _LINUX and ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def descendants() -> dict[int, str]:
    """The living processes below this one: pid -> name. Zombies do not count."""
    if not _LINUX:
        return _descendants_seen()
    children: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text(errors="replace")
        except OSError:
            continue  # it ended while we were looking
        name, _, rest = text.partition("(")[2].rpartition(")")
        state, parent = rest.split()[:2]
        if state not in "ZX":
            names[int(entry.name)] = name
        children.setdefault(int(parent), []).append(int(entry.name))
    found, todo = {}, [os.getpid()]
    while todo:
        for pid in children.get(todo.pop(), []):
            todo.append(pid)
            if pid in names:
                found[pid] = names[pid]
    return found


def _descendants_seen() -> dict[int, str]:
    import psutil

    for process in psutil.Process().children(recursive=True):
        try:
            _seen[process.pid] = process.create_time()
        except psutil.Error:
            continue
    found = {}
    for pid, started in list(_seen.items()):
        try:
            process = psutil.Process(pid)
            if process.create_time() == started and process.status() != psutil.STATUS_ZOMBIE:
                found[pid] = process.name()
        except psutil.Error:
            del _seen[pid]
    return found


def reap(child: int) -> int | None:
    """Collect ended children; the exit status of ``child`` when it is among them."""
    status = None
    while True:
        try:
            pid, code = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            return status
        if pid == child:
            status = os.waitstatus_to_exitcode(code)


def end_all(seconds: float = 10.0) -> dict[int, str]:
    """End every descendant; what is still alive after ``seconds``. All are stopped first, so that none can fork meanwhile."""
    until = time.monotonic() + seconds
    while True:
        stopped: set[int] = set()
        for _ in range(50):
            new = set(descendants()) - stopped
            if not new:
                break
            for pid in new:
                _signal(pid, signal.SIGSTOP)
            stopped |= new
        for pid in stopped:
            _signal(pid, signal.SIGKILL)
        time.sleep(0.01)
        reap(-1)
        left = descendants()
        if not left or time.monotonic() > until:
            return left


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return  # gone, or not ours to end: the next look at the tree tells


def watch(seconds: float, command: list[str]) -> int:
    """Run the command under the rules above; the exit status to leave with."""
    adopt_orphans()
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda got, _frame: told.append(got))
    null = os.open(os.devnull, os.O_RDONLY)
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 0)])
    until = time.monotonic() + seconds
    status: int | None = None
    while status is None:
        status = reap(child)
        if status is not None:
            break
        if told or (select.select([0], [], [], 0.05)[0] and not os.read(0, 1)):
            status = TOLD_TO_STOP
        elif time.monotonic() > until:
            status = TIME_IS_OVER
        if not _LINUX:
            descendants()
    behind = descendants()
    left = end_all()
    if behind and status not in (TIME_IS_OVER, TOLD_TO_STOP):
        print("left behind:", ", ".join(f"{name} ({pid})" for pid, name in behind.items()), file=sys.stderr)
    if left:
        print("could not end:", ", ".join(f"{name} ({pid})" for pid, name in left.items()), file=sys.stderr)
        return LEFT_ALIVE
    return status if 0 <= status <= 255 else 1


if __name__ == "__main__":
    sys.exit(watch(float(sys.argv[1]), sys.argv[2:]))
