"""What running processes use: memory and CPU time, as the kernel counts them."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Memory:
    """The memory of one process, in bytes.

    Attributes:
        pid: the process.
        rss: resident set size: every page that it has in memory, shared or not.
        pss: proportional set size: a page that n processes share counts 1/n; the sum over all processes is what they
            use together. None where the system does not count it (anything but Linux).
        uss: unique set size: the pages that only this process has, what would be free if it ended.
    """

    pid: int
    rss: int
    pss: int | None
    uss: int


def memory(pids: Iterable[int]) -> list[Memory]:
    """The memory of processes; those that have ended are left out (psutil, ``memory_full_info``)."""
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            info = psutil.Process(pid).memory_full_info()
            found.append(Memory(pid, info.rss, getattr(info, "pss", None), info.uss))
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Seconds of CPU time that processes and their ended children have used so far, user and system together.

    The difference over a while, divided by its seconds, is the number of *cores used*. Processes that have ended are
    left out, so the sum falls when one ends meanwhile.
    """
    total = 0.0
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = psutil.Process(pid).cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total
