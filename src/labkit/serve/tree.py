"""The processes of a server as a tree, now and over a while: who is whose parent, who came, who went."""

import contextlib
import html
import os
import signal
import sys
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

import psutil

from .process import Server

STEP = 0.05  # seconds between two looks at the processes
SHOWN_ENDED = 6  # of those that have ended, as many are listed below a live tree
PATIENCE = 10.0  # seconds that `wait_for` waits: long enough for a busy machine


@dataclass(frozen=True)
class Member:
    """One process of a server.

    Attributes:
        pid: its process id.
        role: ``arbiter`` or ``worker`` under gunicorn, ``parent`` or ``child`` under any other server.
        parent: the process id of its parent.
        state: as the kernel says: ``running``, ``sleeping``, ``stopped``, ``zombie`` (ended, and not yet reaped by
            its parent) and others (ps(1), *Process State Codes*).
    """

    pid: int
    role: str
    parent: int
    state: str


class Tree:
    """The processes of a server at one moment, a parent before its children, the oldest child first.

    Args:
        members: the processes, in that order.
    """

    def __init__(self, members: Iterable[Member]) -> None:
        self.members = tuple(members)

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and self.members == other.members

    def __hash__(self) -> int:
        return hash(self.members)

    @property
    def workers(self) -> list[int]:
        """The pids of the workers (the children of a server that is not gunicorn), oldest first, without zombies."""
        return [m.pid for m in self if m.role in ("worker", "child") and m.state != psutil.STATUS_ZOMBIE]

    @property
    def zombies(self) -> list[int]:
        """The pids of those that have ended and wait for their parent to reap them."""
        return [m.pid for m in self if m.state == psutil.STATUS_ZOMBIE]

    def _children(self, of: Member | None) -> list[Member]:
        pids = {m.pid for m in self}
        return [m for m in self if (m.parent == of.pid if of else m.parent not in pids)]

    def __str__(self) -> str:
        def lines(of: Member | None, before: str) -> Iterator[str]:
            children = self._children(of)
            for child in children:
                last = child is children[-1]
                joint = "" if of is None else "└─ " if last else "├─ "
                yield f"{before}{joint}{child.role} {child.pid}  {child.state}"
                yield from lines(child, before + ("" if of is None else "   " if last else "│  "))

        return "\n".join(lines(None, "")) or "no process"

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.to_html()}

    def to_html(self) -> str:
        """The tree as nested lists, which follow the page's colours; a zombie is marked by its word and a dashed line."""

        def nested(of: Member | None) -> str:
            children = self._children(of)
            items = "".join(f"<li>{_item(child)}{nested(child)}</li>" for child in children)
            inset = "0" if of is None else "0 0 0 1.6em"
            return f'<ul style="list-style:none;margin:0;padding:{inset}">{items}</ul>' if children else ""

        return nested(None) or "<p>no process</p>"


def _item(member: Member) -> str:
    """One process as HTML."""
    zombie = member.state == psutil.STATUS_ZOMBIE
    line = "dashed" if zombie else "solid"
    tint = {"arbiter": "#009E73", "parent": "#009E73"}.get(member.role, "#8c8c8c" if zombie else "#0072B2")
    return (
        f'<span style="display:inline-block;border-left:4px {line} {tint};padding:1px 8px;margin:2px 0">'
        f"{html.escape(member.role)} <b>{member.pid}</b> {html.escape(member.state)}</span>"
    )


def tree(server: Server) -> Tree:
    """The processes of a running server, as a tree.

    Args:
        server: a started ``Gunicorn``, ``OwnServer``, ...

    Returns:
        The tree; empty when the server does not run.
    """
    return _Look(server).look() if server.alive else Tree(())


class _Look:
    """Looks at the processes of one server again and again.

    It asks the kernel alone and not the server: `Server.alive` listens on a line that has one listener at a time, and
    this is used in a thread.
    """

    def __init__(self, server: Server) -> None:
        self._variable = server.successor
        self._known: dict[int, tuple[psutil.Process, str]] = {}
        self._know(psutil.Process(server.pid), "arbiter" if self._variable else "parent")

    def _know(self, process: psutil.Process, role: str) -> None:
        self._known[process.pid] = (process, role)

    def look(self) -> Tree:
        """The tree now: what is below the main process, and what was, and has lost its parent."""
        found: dict[int, Member] = {}
        for pid, (process, role) in list(self._known.items()):
            if pid in found:
                continue
            with contextlib.suppress(psutil.NoSuchProcess):
                if not process.is_running():
                    continue
                below = process.children(recursive=True)
                found[pid] = Member(pid, role, process.ppid(), process.status())
                for child in sorted(below, key=lambda child: (child.create_time(), child.pid)):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        found[child.pid] = self._member(child)
        return Tree(_in_order(found))

    def _member(self, child: psutil.Process) -> Member:
        state, parent = child.status(), child.ppid()
        process, role = self._known.get(child.pid, (child, "worker" if self._variable else "child"))
        if role == "worker" and state != psutil.STATUS_ZOMBIE and self._succeeds(child, parent):
            role = "arbiter"
        self._know(process, role)
        return Member(child.pid, role, parent, state)

    def _succeeds(self, child: psutil.Process, parent: int) -> bool:
        """Whether it is the arbiter that another one has started on USR2 (its environment has the old one's pid)."""
        try:
            return child.environ().get(self._variable) == str(parent)
        except psutil.Error:  # it has ended just now: it is still there, as a zombie
            return False


def _in_order(found: dict[int, Member]) -> Iterator[Member]:
    """A parent before its children, the oldest first."""

    def family(member: Member) -> Iterator[Member]:
        yield member
        for child in found.values():
            if child.parent == member.pid:
                yield from family(child)

    for member in found.values():
        if member.parent not in found:
            yield from family(member)


@dataclass(frozen=True)
class Life:
    """What was seen of one process. Moments are seconds since the watch began, exact to the 0.05 s between two looks.

    Attributes:
        pid: its process id.
        role: ``arbiter``, ``worker``, ``parent`` or ``child``.
        parent: the process id of its (first) parent.
        born: when it was first seen; 0 for one that was there at the beginning.
        ended: when it ran no more; None if it was running at the end.
        gone: when its parent had reaped it; None if it was still listed at the end. From ``ended`` to ``gone`` it is a
            zombie.
    """

    pid: int
    role: str
    parent: int
    born: float
    ended: float | None = None
    gone: float | None = None


class Watched:
    """What was seen of a server's processes; what ``watch`` gives.

    Attributes:
        now: the tree as it was last seen.
        marks: (seconds, label) of signals and other things done meanwhile.
        seconds: how long the watch has lasted so far.
    """

    def __init__(self, server: Server) -> None:
        if not server.alive:
            raise ValueError(f"there is nothing to watch: {server!r}")
        self._server = server
        self._look = _Look(server)
        self._lives: dict[int, Life] = {}
        self._changed = threading.Condition()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._display: Any = None
        self._shown = ""
        self._ended_at: float | None = None
        self.marks: list[tuple[float, str]] = []
        self.now = Tree(())

    @property
    def seconds(self) -> float:
        return (self._ended_at or time.monotonic()) - self._began

    @property
    def lives(self) -> tuple[Life, ...]:
        """Every process that was seen, the main one first, the others in the order in which they came."""
        return tuple(self._lives.values())

    def mark(self, label: str) -> None:
        """Remember this moment under a label."""
        self.marks.append((self.seconds, label))

    def signal(self, name: str, pid: int | None = None) -> None:
        """Send a signal and mark it.

        Args:
            name: ``"TTIN"``, ``"HUP"``, ``"KILL"`` ...
            pid: the process that gets it; by default the server's main process.
        """
        self.mark(name if pid is None else f"{name} to {pid}")
        if pid is None:
            self._server.signal(name)
        else:
            os.kill(pid, getattr(signal, "SIG" + name.removeprefix("SIG")))

    def wait_for(self, workers: int, without: Collection[int] = (), seconds: float = PATIENCE) -> Tree:
        """Wait until there are so many workers.

        Args:
            workers: how many (zombies do not count).
            without: process ids that have to be gone as well.
            seconds: how long to wait at most.

        Returns:
            The tree then.

        Raises:
            TimeoutError: it did not come to that; with the tree as it is.
        """

        def so() -> bool:
            return len(self.now.workers) == workers and not {m.pid for m in self.now} & set(without)

        with self._changed:
            if not self._changed.wait_for(so, seconds):
                missed = f"{workers} workers" + (f" without {', '.join(map(str, without))}" if without else "")
                raise TimeoutError(f"no {missed} within {seconds:g} seconds; the tree is now:\n{self.now}")
            return self.now

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._take(self._look.look())
        self._lives = {pid: replace(life, born=0.0) for pid, life in self._lives.items()}
        self._open_display()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._take(self._look.look())
        self._ended_at = time.monotonic()
        self._update_display()

    def _run(self) -> None:
        while not self._over.wait(STEP):
            self._take(self._look.look())
            self._update_display()

    def _take(self, tree: Tree) -> None:
        """Compare with what is known, and write down who came and who went."""
        at = self.seconds
        with self._changed:
            lives, here = dict(self._lives), {m.pid for m in tree}
            for member in tree:
                life = lives.get(member.pid) or Life(member.pid, member.role, member.parent, at)
                if member.state == psutil.STATUS_ZOMBIE and life.ended is None:
                    life = replace(life, ended=at)
                lives[member.pid] = replace(life, role=member.role)
            for pid, life in lives.items():
                if pid not in here and life.gone is None:
                    lives[pid] = replace(life, ended=at if life.ended is None else life.ended, gone=at)
            self._lives, self.now = lives, tree
            self._changed.notify_all()

    # One display that is updated in place, in a notebook alone

    def _open_display(self) -> None:
        if "IPython" not in sys.modules:
            return
        from IPython import get_ipython
        from IPython.display import display

        if getattr(get_ipython(), "kernel", None) is not None:
            bundle = self._repr_mimebundle_()
            self._shown = bundle["text/html"]
            self._display = display(bundle, raw=True, display_id=True)

    def _update_display(self) -> None:
        bundle = self._repr_mimebundle_()
        if self._display is not None and bundle["text/html"] != self._shown:
            self._shown = bundle["text/html"]
            self._display.update(bundle, raw=True)

    def _calm(self) -> Tree:
        """The tree without the change between running and sleeping, which says nothing and never rests."""
        plain = (psutil.STATUS_RUNNING, psutil.STATUS_SLEEPING, psutil.STATUS_DISK_SLEEP)
        return Tree([replace(m, state="alive" if m.state in plain else m.state) for m in self.now])

    def _ended(self) -> list[str]:
        ended = [life for life in self.lives if life.gone is not None]
        lines = [f"{life.role} {life.pid} ended at {life.ended:.1f} s" for life in ended[-SHOWN_ENDED:]]
        if more := len(ended) - len(lines):
            lines.insert(0, f"{more} more ended before")
        return lines

    def __str__(self) -> str:
        marks = [f"{label} at {at:.1f} s" for at, label in self.marks]
        return "\n".join([str(self._calm()), *self._ended(), *([f"sent: {', '.join(marks)}"] if marks else [])])

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        marks = ", ".join(f"<b>{html.escape(label)}</b> at {at:.1f} s" for at, label in list(self.marks))
        ended = "".join(f"<li>✗ {html.escape(line)}</li>" for line in self._ended())
        shown = f"<p style='margin:4px 0'>Sent: {marks or 'nothing yet'}</p>{self._calm().to_html()}"
        shown += f'<ul style="list-style:none;margin:4px 0;padding:0;opacity:0.75">{ended}</ul>' if ended else ""
        return {"text/html": f'<div role="status">{shown}</div>', "text/plain": str(self)}


def watch(server: Server) -> Watched:
    """Watch the processes of a running server while the block under ``with`` does something to them.

    In a notebook it shows the tree and keeps it up to date in place; elsewhere it is silent. ``show.lifetimes`` draws
    what was seen.

    Args:
        server: a started server.

    Raises:
        ValueError: the server does not run.
    """
    return Watched(server)
