"""How many requests are inside the application at once, in which processes: counted, and never timed.

gunicorn runs an application (`files/lab03_held.py`) that lets nobody out until it is told to. More requests are sent than
there is room for; when nobody comes in any more, those inside are counted.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from labkit import serve, wire

from .deployment import MANY, Deployment

PATIENCE = 5.0  # seconds in which somebody must still come in, before we say that nobody will
BRIEF = 0.3  # seconds in which nobody must come in any more
SETTLED = 1.0  # seconds in which nobody came, when it is wrong already
LONGEST = 20.0  # seconds that one count may take
TREE = 0.1  # seconds until the processes are looked up again
WAVE = 0.15  # seconds without a newcomer until more requests are sent
SURPLUS = 4  # requests more than there is room for

#: What an exercise is registered with that counts.
HELD = {"app": "held:app", "files": {"held.py": "lab03_held.py"}}


@dataclass(frozen=True)
class Crowd:
    """Who was inside the application at once.

    Attributes:
        inside: pid of each worker process -> requests inside it.
        ended: the end of gunicorn's log, if it did not live to be counted.
        everybody: whether all that were sent were inside: with more of them, there might have been more.
    """

    inside: dict[int, int]
    ended: str = ""
    everybody: bool = False

    @property
    def total(self) -> int:
        """How many were inside, in all processes together."""
        return sum(self.inside.values())

    def __str__(self) -> str:
        each = sorted(self.inside.values(), reverse=True)
        if self.ended:
            return f"gunicorn ended, with {self.total} inside"
        return f"{'at least ' if self.everybody else ''}{once(each)}"


def once(each: Sequence[int]) -> str:
    """Numbers of requests in words: ``12 at once, 4 in each of 3 processes``."""
    words = f"{sum(each)} at once, "
    if len(each) == 1:
        return words + "in 1 process"
    if len(set(each)) == 1:
        return words + f"{each[0]} in each of {len(each)} processes"
    return words + ", ".join(map(str, each[:8])) + (", ..." if len(each) > 8 else "") + f" in {len(each)} processes"


def ask(stack: ExitStack, server: serve.Gunicorn, path: str) -> wire.Conversation | None:
    """Send a request on a connection that `stack` closes; None when nobody takes connections."""
    with suppress(wire.WireError):
        talk = stack.enter_context(wire.Conversation(server.url))
        talk.send(f"GET {path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n".encode())
        return talk
    return None


def count(
    place: Deployment,
    server: serve.Gunicorn,
    processes: int,
    each: int,
    *,
    before: int = 0,
    stack: ExitStack,
) -> Crowd:
    """Send more requests than may be inside, until nobody comes in any more, and count.

    A worker with threads takes connections that it has no thread for, and the one that runs just then takes them all. So
    a worker that has as many inside as it should is halted (SIGSTOP) until the others have, too.

    Args:
        processes, each: how many processes a right answer has, and how many requests are inside each.
        before: how many requests were sent already.
        stack: closes the connections.
    """
    most, sent, halted = processes * each, before, set[int]()

    def send(number: int) -> None:
        nonlocal sent
        for _ in range(number):
            if ask(stack, server, "/") is None:
                return  # the queue is full, or gunicorn has ended
            sent += 1

    workers, looked = server.workers(), time.monotonic()

    def look() -> Crowd:
        nonlocal workers, looked
        inside = Counter(int(line.split()[0]) for line in place.journal("inside"))
        if time.monotonic() - looked > TREE:
            workers, looked = server.workers(), time.monotonic()
        return Crowd({pid: inside[pid] for pid in {*inside, *workers}}, everybody=0 < sent <= inside.total())

    send(most - before + SURPLUS)
    crowd = look()
    began = changed = wave = time.monotonic()
    while True:
        wrong = len(crowd.inside) > processes or max(crowd.inside.values(), default=0) > each
        if not wrong and crowd.total == most and len(crowd.inside) == processes:
            break
        for pid, number in crowd.inside.items():
            if not wrong and processes == len(crowd.inside) > 1 and number >= each and pid not in halted:
                halted.add(pid)
                signal_to(pid, signal.SIGSTOP)
        time.sleep(0.01)
        last, crowd, now = crowd, look(), time.monotonic()
        if not server.alive:
            return Crowd(crowd.inside, serve.process.log_end(server.log, 6) or "(its log is empty)")
        if crowd.inside != last.inside:
            changed = wave = now
        quiet = now - changed > (SETTLED if wrong else PATIENCE)
        if quiet or len(crowd.inside) > MANY * processes or now - began > LONGEST:
            return crowd
        if now - wave > WAVE and sent < (most + 5 * SURPLUS if wrong else 6 * most + 40):
            send(max(2, processes))
            wave = now
    for pid in halted:
        signal_to(pid, signal.SIGCONT)
    if halted:
        send(SURPLUS)
    if place.wait_for(lambda: look().inside != crowd.inside, BRIEF):
        place.wait_for(lambda: False, SETTLED)  # it is wrong: take the time to see how wrong
    return look()


def signal_to(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def exactly(place: Deployment, env: dict[str, str], did: str, processes: int, each: int) -> tuple[Crowd, bool, str]:
    """Start gunicorn with an environment, and count.

    Args:
        env: the environment variables that it gets.
        did: the same in words, for the reader, when it does not start.
        processes, each: how many processes a right answer has, and how many requests are inside each.

    Returns:
        Who was inside, whether that is right, and what was expected, in words.

    Raises:
        Over: gunicorn does not start.
    """
    place.prepare()
    with ExitStack() as stack:
        server = stack.enter_context(place.serve(did=f"started gunicorn with {did}", env=env, expect=processes))
        crowd = count(place, server, processes, each, stack=stack)
    expected = once([each] * processes)
    return crowd, sorted(crowd.inside.values()) == [each] * processes and not crowd.ended, expected
