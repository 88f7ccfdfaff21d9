"""The exercises of lesson 08, "How many workers, of what kind?": a kind, a bottleneck, a number."""

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from .crowd import HELD, Crowd, ask, count
from .deployment import Deployment
from .module import Module, describe
from .registry import exercise
from .site import observe, raised
from .verdict import Observation


@exercise("08/kind", "A kind of worker for an application", kind="config", **HELD)
def kind(place: Deployment, *, processes: int = 2, places: int = 12) -> Iterator[Observation]:
    """`processes`: how many there shall be; `places`: how many requests may be inside at once, in all of them."""
    each = places // processes
    expected = f"{places} at once, {each} in each of {processes} processes"
    for computes in (False, True):
        place.prepare()
        did = "sent more requests than there is room for; all wait"
        with ExitStack() as stack:
            server = stack.enter_context(place.serve(expect=processes if computes else 0))
            if computes:
                did = "the same again, but the first request computes a report all the while"
                ask(stack, server, "/busy")
                place.wait_for(lambda: place.journal("inside"))
            elif (workers := len(server.workers())) != processes:
                yield _counted(place, workers, processes)
                return
            crowd = count(place, server, processes, each, before=int(computes), stack=stack)
        right = sorted(crowd.inside.values()) == [each] * processes and not crowd.ended
        row = observe(right, did, expected, str(crowd), *([] if right else _kind_hints(place, crowd, places, computes)))
        yield replace(row, trace=crowd.ended)
        if not right:
            return


def _counted(place: Deployment, count: int, processes: int) -> Observation:
    hints = ("`workers` is the number of processes, and memory has room for this many.",)
    if count == 1 and "workers" not in place.settings():
        hints = ("The file says nothing about `workers`. What is its default?",)
    elif count > processes:
        hints = (
            "More processes than memory has room for. What else than a process can hold a request that waits?",
            "A sync worker has one place. Which kinds have several in one process?",
        )
    return observe(
        False, "started gunicorn and counted its workers", f"{processes} worker processes", str(count), *hints
    )


def _kind_hints(place: Deployment, crowd: Crowd, places: int, computes: bool) -> tuple[str, ...]:
    if computes and crowd.total < places:
        return (
            "One request computes, and in its process nobody else comes in: does this kind of worker take turns by itself?",
            "A greenlet runs until it waits. Between threads the operating system and Python take turns.",
        )
    if crowd.total > places:
        words = "The product counts: each process has this many places, and the service sees all of them."
        if place.settings().get("worker_class") in ("gevent", "gthread") and "threads" not in place.settings():
            words = "What bounds the number of requests inside one worker of this kind? Look for its default."
        return (words, f"{places} in all, over the processes that there are.")
    if max(crowd.inside.values(), default=0) == 1:
        return (
            "One request inside each process: these workers have a single place each.",
            "`worker_connections` bounds connections that are open. Which setting is the number of requests that one worker serves at once?",
        )
    return ("Places for each process, times processes: what does that make?",)


SPANS: tuple[tuple[str, tuple[tuple[float, float], ...], int], ...] = (
    ("one after the other", ((0.0, 0.1), (0.15, 0.3), (0.4, 0.5)), 1),
    ("three, of which the long one meets the other two in turn", ((0.0, 1.0), (0.1, 0.3), (0.5, 0.9)), 2),
    ("one that enters at the moment when another leaves", ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6)), 1),
    ("four, not in the order in which they entered", ((0.6, 0.9), (0.1, 0.7), (0.0, 0.65), (0.2, 0.3)), 3),
    ("no request at all", (), 0),
)
FOUR = ((0.0, 0.4), (0.1, 0.5), (0.2, 0.6), (0.3, 0.7))
EIGHT = tuple((n / 10, 0.9) for n in range(8))
# spans, workers, threads, cores, cores used: and what it is called
RUNS: tuple[tuple[tuple[Any, ...], str, str], ...] = (
    ((FOUR, 5, 1, 2, 0.1), "none", "4 at once, 5 x 1 places"),
    ((FOUR, 2, 4, 2, 1.99), "none", "4 at once, 2 x 4 places"),
    ((FOUR, 4, 1, 2, 0.3), "places", "4 at once, 4 x 1 places"),
    ((FOUR, 4, 1, 2, 1.95), "CPU", "4 at once, 4 x 1 places, 1.95 of 2 cores used"),
    ((FOUR, 4, 1, 2, 1.8), "CPU", "4 at once, 4 x 1 places, 1.8 of 2 cores used"),
    ((EIGHT, 2, 4, 2, 1.96), "CPU", "8 at once, 2 x 4 places, 1.96 of 2 cores used"),
    ((FOUR, 1, 4, 4, 0.98), "GIL", "4 at once, 1 x 4 places, 0.98 of 4 cores used"),
    ((EIGHT, 2, 4, 8, 1.93), "GIL", "8 at once, 2 x 4 places, 1.93 of 8 cores used"),
    ((FOUR, 1, 4, 4, 0.9), "GIL", "4 at once, 1 x 4 places, 0.9 of 4 cores used"),
    ((EIGHT, 2, 4, 8, 1.2), "places", "8 at once, 2 x 4 places, 1.2 of 8 cores used"),
    ((FOUR[:1], 1, 1, 4, 0.97), "places", "1 at once, 1 x 1 places, 0.97 of 4 cores used"),
)
BOTTLENECK_HINTS = {
    "none": (
        "If fewer are inside than there are places, then at no moment did anybody wait for one.",
        "A server has as many places as workers times threads.",
    ),
    "CPU": (
        "All places are taken, and there is hardly any CPU left: more places would not help, of whatever kind.",
        "The rules are read from above: the first that applies is the answer.",
    ),
    "GIL": (
        "Each process uses nearly a whole core, and there are cores left that it cannot use.",
        "Two processes have two locks: compare what was used with the number of workers.",
    ),
    "places": (
        "There is CPU left, and no lock is to blame: what the requests wait for is a place.",
        "The rule about the GIL asks two things: for several threads in a process, and that each process uses nearly a core.",
    ),
}


@exercise("08/bottleneck", "What does a run wait for?", kind="module")
def bottleneck(
    module: Module,
    *,
    spans: Sequence[tuple[str, Sequence[tuple[float, float]], int]] = SPANS,
    runs: Sequence[tuple[tuple[Any, ...], str, str]] = RUNS,
) -> Iterator[Observation]:
    """`spans`: (what they are, the spans, how many at once); `runs`: (arguments, the answer, in words)."""
    calls: list[tuple[Any, ...]] = [("at_once", [*each]) for _, each, _ in spans]
    for (words, _, most), call, outcome in zip(spans, calls, module.calls(calls, may_raise=True), strict=True):
        if outcome.raised:
            yield replace(raised(f"{describe(call)}: {words}", outcome.raised, module.folder), expected=str(most))
            return
        right = outcome.value == most and type(outcome.value) is int
        yield observe(right, f"{describe(call)}: {words}", most, _value(outcome.value), *_at_once_hints(words))
        if not right:
            return
    calls = [("bottleneck", [*run[0]], *run[1:]) for run, _, _ in runs]
    for (run, right, words), outcome in zip(runs, module.calls(calls, may_raise=True), strict=True):
        _, workers, threads, cores, used = run
        did = f"bottleneck(spans, workers={workers}, threads={threads}, cores={cores}, used={used}): {words}"
        if outcome.raised:
            yield replace(raised(did, outcome.raised, module.folder), expected=right)
            return
        hints = BOTTLENECK_HINTS[right]
        if used in (0.9 * cores, 0.9 * workers):
            hints = ("Exactly nine tenths. What does *at least* say about that?", *hints)
        if str(outcome.value).lower() == right.lower():
            hints = ("The task says how the four words are written.",)
        elif (right, outcome.value) == ("CPU", "GIL") or (right == "none" and threads > 1):
            hints = hints[::-1]
        yield observe(outcome.value == right, did, right, _value(outcome.value), *hints)


def _value(value: Any) -> str:
    return "None: does the function return what it found?" if value is None else repr(value)


def _at_once_hints(words: str) -> tuple[str, ...]:
    if words.startswith("no request"):
        return ("A run without requests is a run too.", "What does `max` do with nothing?")
    if "leaves" in words:
        return (
            "Who leaves makes room first: at one and the same moment, a leaving counts before an entering.",
            "In which order do two events of the same moment come in your list?",
        )
    if words.startswith("three"):
        return (
            "Two requests that both meet a third need not meet each other.",
            "Walk through the moments in order: one more when somebody enters, one fewer when somebody leaves.",
        )
    if words.startswith("four"):
        return (
            "The spans come in any order, and so do the ends.",
            "Sort the moments, not the requests.",
        )
    return ("How many are inside at one moment, not how many there are over the whole time.",)


NEEDED: tuple[tuple[tuple[int, int, int], int], ...] = (
    ((40, 50, 50), 4),
    ((45, 50, 50), 5),
    ((300, 10, 0), 3),
    ((41, 0, 100), 5),
    ((3, 5, 15), 1),
    ((7, 400, 330), 6),
)
USEFUL: tuple[tuple[tuple[int, int, int], int | None], ...] = (
    ((10, 10, 1000), 2),
    ((3, 6, 1000), 3),
    ((10, 25, 2000), 7),
    ((20, 0, 4000), 4),
    ((10, 0, 250), 1),
    ((10, 30, 500), 2),
    ((4, 9, 1500), 5),
    ((3, 10, 3000), 13),
    ((0, 100, 1000), None),
)


@exercise("08/sizing", "Two numbers of workers", kind="module")
def sizing(
    module: Module,
    *,
    needed: Sequence[tuple[tuple[int, int, int], int]] = NEEDED,
    useful: Sequence[tuple[tuple[int, int, int], int | None]] = USEFUL,
) -> Iterator[Observation]:
    """`needed`, `useful`: (arguments, the answer) of the two functions."""
    calls: list[tuple[Any, ...]] = [("needed", *arguments) for arguments, _ in needed]
    calls += [("useful", *arguments) for arguments, _ in useful]
    answers: list[int | None] = [right for _, right in needed] + [right for _, right in useful]
    for call, right, outcome in zip(calls, answers, module.calls(calls, may_raise=True), strict=True):
        if outcome.raised:
            yield replace(raised(describe(call), outcome.raised, module.folder), expected=str(right))
            return
        name, *arguments = call
        saw = outcome.value
        holds = saw == right and type(saw) is type(right)
        hints = () if holds else (_needed_hints if name == "needed" else _useful_hints)(saw, right, *arguments)
        yield observe(holds, describe(call), right, saw, *hints)


def _number(saw: Any, right: int | None) -> tuple[str, ...]:
    """Hints for an answer of the right size and the wrong kind."""
    if saw is None:
        return ("None: does the function return what it found, in every case?",)
    if isinstance(saw, bool | int | float) and right is not None and right - 1 < saw <= right:
        return (
            "Half a worker cannot be started, and gunicorn takes a whole number, an int: round up.",
            "`math.ceil` rounds up and gives an int.",
        )
    return ()


def _needed_hints(saw: Any, right: int, rate: int, cpu_ms: int, wait_ms: int) -> tuple[str, ...]:
    inside = rate * (cpu_ms + wait_ms)
    if isinstance(saw, int | float) and inside <= saw <= inside + 2 > right:
        return ("The rate counts by the second, the times are milliseconds.",)
    if isinstance(saw, int) and saw < right and abs(saw - inside / 1000) < 1:
        return (
            "Half a worker cannot be started, and with one fewer the queue grows: round up.",
            "`math.ceil` rounds up and gives an int.",
        )
    if isinstance(saw, int | float) and abs(saw - rate * wait_ms / 1000) < 1 and cpu_ms and wait_ms:
        return (
            "A request holds its worker for the whole time that it is inside: while it waits and while it computes.",
        )
    if cpu_ms and wait_ms == 0 and saw == 0:
        return ("A request that computes is inside as well: it holds a worker for its `cpu_ms`.",)
    if kind := _number(saw, right):
        return kind
    if saw == right + 1:
        return ("One more than it takes: where the product is a whole number, that many are enough.",)
    return (
        "Little's law: inside on average = rate x time inside.",
        f"{rate} a second, each inside for {cpu_ms} + {wait_ms} ms: how many are inside on average?",
    )


def _useful_hints(saw: Any, right: int | None, cpu_ms: int, wait_ms: int, millicores: int) -> tuple[str, ...]:
    if right is None:
        return (
            "What never computes does not fill a core, however many workers there are: the task has a word for it.",
        )
    if isinstance(saw, int | float) and saw >= 100 * right:
        return ("1000 millicores are one core.",)
    if saw == -(-2 * millicores // 1000) + 1 or saw == 2 * (millicores // 1000) + 1:
        return (
            "That is the formula. It knows nothing of this work: here `cpu_ms` and `wait_ms` are given.",
            "cores x (1 + wait / CPU), rounded up.",
        )
    if kind := _number(saw, right):
        return kind
    if isinstance(saw, int) and saw == math.ceil(millicores / 1000 * (1 + wait_ms / cpu_ms)):
        return (
            "One too many, by a rounding error: in floats 3 * (1 + 10 / 3) is a little more than 13, and rounds up to 14.",
            "Multiply whole numbers first, and divide once, at the end.",
        )
    if millicores % 1000 and saw == -(-max(1, millicores // 1000) * (cpu_ms + wait_ms) // cpu_ms):
        return ("A part of a core is less than a core: keep the fraction until the end.",)
    if isinstance(saw, int) and saw > right and millicores % 1000:
        return ("Round once, at the end: a part of a core that is rounded up first counts as a whole one.",)
    return (
        "A worker computes for `cpu_ms` of every `cpu_ms + wait_ms`. How many such workers fill one core?",
        "cores x (1 + wait / CPU), rounded up.",
    )
