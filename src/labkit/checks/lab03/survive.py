"""lab03, second half: a deploy, a stop, a poisoned worker, and memory.

Exercises ``reload``, ``shutdown``, ``poison`` and ``memory``. gunicorn runs a shop in which a request does what its path
says (``files/lab03_trouble.py``): it waits for permission, never ends, or ends its process. What is looked at is who
answers, which requests get no answer, and what ends in which order.
"""

import contextlib
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from labkit import load, serve, wire
from labkit.load.run import Running
from labkit.load.words import STOPPED
from labkit.trace import Trace

from ..deployment import Deployment
from ..registry import exercise
from ..site import observe
from ..verdict import Observation

PATIENCE = 8.0  # seconds for what has to come soon, on a busy machine too
SETS_OFF = 15.0  # seconds for new workers, which load the application first


def _ask(server: serve.Gunicorn, target: str = "/", seconds: float = PATIENCE) -> wire.Answer | None:
    """The answer to one request; None when there is none."""
    try:
        return wire.exchange(server.url, "GET", target, timeout=seconds)
    except wire.WireError:
        return None


def _enter(place: Deployment, server: serve.Gunicorn, path: str) -> wire.Conversation | None:
    """Send a request that stays inside the application, and wait until it is there; None when it does not get in."""
    before = len(_came(place, path))
    try:
        talk = wire.Conversation(server.url, timeout=PATIENCE)
    except wire.NoAnswer:
        return None
    talk.send(f"GET {path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n".encode())
    if place.wait_for(lambda: len(_came(place, path)) > before, PATIENCE):
        return talk
    talk.close()
    return None


def _signal(server: serve.Gunicorn, name: str) -> None:
    """Send a signal to the arbiter; one that has ended is found out by what follows."""
    with contextlib.suppress(serve.ServerError, ProcessLookupError):
        server.signal(name)


def _came(place: Deployment, *paths: str) -> list[dict[str, Any]]:
    """The requests for these paths that the application has seen: path, pid, number in that process, release."""
    return [note for note in place.notes("came") if note["path"] in paths]


def _leave(place: Deployment, talk: wire.Conversation) -> wire.Answer | None:
    """Let the request go on, and read its answer; None when there is none."""
    place.allow("go")
    try:
        return talk.answer()
    except wire.WireError:
        return None


def _title(answer: wire.Answer | None) -> str:
    if answer is None:
        return "no answer"
    if not answer.complete:
        return f"{answer.status}, and the answer breaks off after {len(answer.body)} bytes"
    return f"{answer.status}, {answer.text.strip()}" if answer.status == 200 else f"{answer.status} {answer.reason}"


def _good(answer: wire.Answer | None) -> bool:
    return answer is not None and answer.status == 200 and answer.complete


# reload

RATE = 20.0  # requests a second meanwhile
HALF = 1.6  # seconds between the two files of a release: gunicorn's reloader looks once a second
LONG = 3.5  # seconds that a request goes on after HUP: what is much too short is over by then
LONGEST = 90  # seconds that a request takes at most: gunicorn's defaults end it earlier, with every kind of worker


@exercise(
    "lab03/reload",
    "New code, and nobody notices",
    kind="config",
    app="shopfront:app",
    files={"shopfront.py": "lab03_shopfront.py", "trouble.py": "lab03_trouble.py"},
)
def reload(
    place: Deployment, *, releases: tuple[str, str] = ("1.9", "2.0"), path: str = "/order", starts: float = 0.8
) -> Iterator[Observation]:
    """`releases`: the old and the new one. `path`: of the long request. `starts`: seconds that the shop takes to start."""
    old, new = releases
    for file in ("prices.py", "pages.py"):
        _release(place, file, old)
    env = {"START_SECONDS": f"{starts}"}
    server = place.serve(env=env)
    with load.background(load.steady, server.url + "/", RATE, 50.0, timeout=20.0) as running:
        try:
            for row in _deploy(place, server, running, old, new, path):
                yield row
                if not row.holds:
                    return
        finally:
            running.stop()
    rows = [row for row in running.trace if row.error != STOPPED]
    lost = Counter(row.error or f"status {row.status}" for row in rows if row.failed)
    saw = ", ".join(f"{count} x {words}" for words, count in lost.most_common(3)) or "every one has its answer"
    yield observe(
        not lost, f"sent {len(rows)} requests meanwhile", "none is lost", saw,
        "Somebody closed connections that had been accepted. Read gunicorn's log around that moment.",
    )  # fmt: skip
    if not lost and (soonest := _soonest(place.effective(env))):
        seconds, what, why = soonest
        yield observe(
            seconds >= LONGEST, "asked gunicorn what may end a request, by your file", f"nothing before {LONGEST} s",
            what if seconds < LONGEST else f"nothing before {LONGEST} s",
            f"A request takes up to {LONGEST} seconds: what ends it earlier in your file?", why,
        )  # fmt: skip


def _soonest(found: dict[str, str]) -> tuple[float, str, str] | None:
    """After how many seconds a long request ends, what ends it, and why; None for a kind of worker that is not gunicorn's."""
    kind, timeout = found.get("worker_class", "").lower(), int(found.get("timeout", 0)) or float("inf")  # 0: never
    graceful = int(found.get("graceful_timeout", 0))
    timeouts = f"`timeout` is {timeout}"
    if "gevent" in kind:
        why = "A worker that leaves ends its greenlets after `graceful_timeout`, whatever `timeout` says."
        return graceful, f"`graceful_timeout` is {graceful}", why
    if "thread" in kind or ("sync" in kind and found["threads"] != "1"):
        why = "A worker that leaves reports for `graceful_timeout` at most; and `timeout` after its last report it is ended."
        return (
            graceful + timeout - 1,
            f"`graceful_timeout` is {graceful}, and {timeouts}",
            why,
        )  # it reports each second
    if "sync" in kind:
        why = "A sync worker does not report while it is in a request: `timeout` has to be longer than the longest one."
        return timeout, timeouts, why
    return None


def _release(place: Deployment, file: str, release: str) -> None:
    """Lay a file of a release into the shop's folder: at once, as a deploy does."""
    whole = place.folder / f".{file}"
    whole.write_text(f"RELEASE = {release!r}\n", encoding="utf-8")
    whole.rename(place.folder / file)


def _deploy(
    place: Deployment, server: serve.Gunicorn, running: Running, old: str, new: str, path: str
) -> Iterator[Observation]:
    """A deploy under load, while a long request is inside; ends when the new release is there."""
    set_here = place.settings()
    did = f"GET {path}, which takes long, and GET / beside it"
    talk = _enter(place, server, path)
    beside = _ask(server) if talk else None
    yield observe(
        _good(beside), did, "the second is answered while the first is inside", _title(beside) if talk else "the first does not get in",
        "How many requests does the configuration let in at once? Here it is one.",
        "`workers` or `threads`: more than one.",
    )  # fmt: skip
    if not talk:
        return
    with talk:
        did = f"laid prices.py of {new} beside pages.py of {old}, and told gunicorn nothing"
        _release(place, "prices.py", new)
        time.sleep(HALF)
        broken = _broken(server)
        still = None if broken else _ask(server)
        answers = f"release {still.header('X-Version')} answers" if still else "nobody answers"
        yield observe(
            still is not None and still.header("X-Version") == old, did, f"{old} goes on answering until HUP",
            "a worker that started has loaded half a release, and gunicorn gives up" if broken else answers,
            *_half_hints(set_here),
        )  # fmt: skip

        _release(place, "pages.py", new)
        before = set(server.workers())
        first: list[str] = []

        def new_one_answers() -> bool:
            answer = _ask(server) if server.alive else None
            if _good(answer) and (answer.header("X-Version") == new or int(answer.header("X-Worker")) not in before):
                first[:] = [answer.header("X-Version")]
            return bool(first) or _broken(server)

        did = f"laid pages.py of {new} there too, and sent HUP"
        since = time.monotonic()
        running.mark("HUP")
        _signal(server, "HUP")
        place.wait_for(new_one_answers, SETS_OFF)
        saw, hints = f"new workers answer with release {(*first, '')[0]}", _stale_hints(set_here)
        if not first and _broken(server):
            saw, hints = "a new worker has loaded half a release, and gunicorn gives up", INHERITED
        elif not first:
            saw, hints = "no new worker answers", NO_NEWS
        yield observe(first == [new], did, f"new workers answer with release {new}", saw, *hints)

        did = f"let GET {path} go on, {LONG:g} s after HUP"
        cut_off = talk.wait_closed(max(0.0, since + LONG - time.monotonic()))
        answer = _leave(place, talk)
        yield observe(
            _good(answer) and not cut_off and old in answer.text + (answer.header("X-Version") or ""),
            did, f"200 from the old worker, release {old}", _title(answer), *_cut_hints(server.log),
        )  # fmt: skip
    gone = place.wait_for(lambda: not before & set(server.workers()), SETS_OFF)
    yield observe(
        gone, "waited for the old workers", "they have left", "they have left" if gone else "one of them is still there",
        "An old worker leaves when its last request is answered. What keeps it?",
    )  # fmt: skip
    seen = Counter(answer.header("X-Version") if (answer := _ask(server)) else "no answer" for _ in range(10))
    yield observe(
        seen == {new: 10}, "GET / ten times", f"release {new} each time", ", ".join(f"{n} x {v}" for v, n in seen.items())
    )  # fmt: skip


def _broken(server: serve.Gunicorn) -> bool:
    """Whether a worker has found two files of different releases, which ends gunicorn."""
    return "half of a release" in server.log or not server.alive


INHERITED = (
    "The files are whole. Which of the two does a new worker read, and which one has it inherited from the arbiter?",
    "A configuration is run by the arbiter. A module that it imports stays in sys.modules, and every worker inherits it.",
)
NO_NEWS = ("Read gunicorn's log: has it heard HUP, and what did its hooks do then?",)


def _half_hints(set_here: dict[str, Any]) -> tuple[str, ...]:
    if set_here.get("reload"):
        return (
            "Files of a release arrive one after the other. Who told a worker to begin anew in the middle?",
            "`reload` watches files, for the one who writes them. A deploy says when it is complete: HUP.",
        )
    return (
        "A worker that starts loads the files as they are at that moment. What makes workers start here, before HUP?",
        "`max_requests` ends a worker after so many requests. Then it has to be large, or there is no end to it.",
    )


def _stale_hints(set_here: dict[str, Any]) -> tuple[str, ...]:
    if set_here.get("preload_app"):
        return (
            "Who has loaded the application: each worker, or the arbiter before it forks?",
            "With `preload_app` the new workers inherit what the arbiter has in memory; HUP does not load it again.",
        )
    return (
        "The new workers had the application in memory when they were forked. Which line of your file loads it into the arbiter?",
        INHERITED[1],
    )


def _cut_hints(log: str) -> tuple[str, ...]:
    if "WORKER TIMEOUT" in log:
        return (
            "The log says WORKER TIMEOUT: after `graceful_timeout` an old worker is looked at again, and `timeout` holds for it.",
            "Both have to be longer than the longest request.",
        )
    if "Worker graceful timeout" in log:
        return (
            "How long may an old worker go on with what it has begun? It has given up before the request was over.",
            "`graceful_timeout` has to be longer than the longest request.",
        )
    return (
        "The worker was ended in the middle of its work, and not by `timeout`. Does your file send signals to workers?",
        "HUP asks the old workers to finish and leave. Nothing else is needed.",
    )


# shutdown

NEEDS = 0.35  # of the platform's time: what the request in flight needs, well below the half that is promised
LONGER = 4  # times the seconds of the platform: another one, for which gunicorn is only asked


@exercise(
    "lab03/shutdown",
    "A stop that cuts nobody off",
    kind="config",
    app="trouble:app",
    files={"trouble.py": "lab03_trouble.py"},
)
def shutdown(place: Deployment, *, grace: int = 5) -> Iterator[Observation]:
    """`grace`: seconds from TERM to the platform's KILL."""
    server = place.serve(env={"GRACE_SECONDS": f"{grace}"})
    did = "GET /stuck, which never ends, and GET /order"
    stuck, order = _enter(place, server, "/stuck"), _enter(place, server, "/order")
    if order is None or stuck is None or stuck.wait_closed(0.0):  # or the second has got in when the first was ended
        saw = "one is inside, and the other waits for it" if stuck else "none is inside"
        yield observe(
            False, did, "both are inside", saw, "While one request is stuck, there has to be a place for another."
        )
        return
    yield observe(True, did, "both are inside", "both are inside")
    with stuck, order:
        _signal(server, "TERM")
        since = time.monotonic()
        cut_off = order.wait_closed(NEEDS * grace)
        answer = _leave(place, order)
        yield observe(
            _good(answer) and not cut_off,
            f"sent TERM, with GRACE_SECONDS={grace}; {NEEDS * grace:g} s later GET /order is ready", "200, release 1.0",
            _title(answer),
            "TERM asks for a graceful stop: a request that needs less than half of the time is finished.",
            "`graceful_timeout` is the time that the arbiter gives. Does GRACE_SECONDS come into it?",
        )  # fmt: skip
        gone = place.wait_for(lambda: not server.alive, since + grace - time.monotonic())
        late = not gone and place.wait_for(lambda: not server.alive, 1.0)
    set_here = place.settings()
    if "on_exit" in set_here:
        hints = ("The workers have gone. What does the arbiter still do in on_exit?",)
    elif late:
        hints = (
            "The platform does not wait for the arbiter to tidy up: KILL comes when the time is over, for all of them.",
            "Leave it a second of GRACE_SECONDS.",
        )
    elif "graceful_timeout" not in set_here and "timeout" in set_here:
        hints = (
            "`timeout` is about workers that do not report any more, and says nothing about a stop.",
            "Which setting says how long the arbiter waits for its workers after TERM?",
        )
    elif "graceful_timeout" not in set_here:
        hints = (
            "Which setting says how long the arbiter waits for its workers after TERM? By default it is 30 s.",
            "The platform tells in GRACE_SECONDS how long it waits itself.",
        )
    else:
        hints = (
            "How long does the arbiter wait for the request that is stuck, and how long does the platform?",
            "GRACE_SECONDS is in os.environ, as text. It is another number on another platform.",
        )
    saw = (
        "it has ended by itself"
        if gone
        else "it is still there" + (", and ends too late" if late else ", and so it was killed")
    )
    yield observe(gone, f"waited for the end, until {grace} s after TERM", "it has ended by itself", saw, *hints)
    if gone and "graceful_timeout" in set_here:
        for seconds in (grace, LONGER * grace):
            yield from _shares(place, seconds)


def _shares(place: Deployment, grace: int) -> Iterator[Observation]:
    """Whether the arbiter waits for half of the platform's time and leaves itself a second, as gunicorn says itself."""
    found = place.effective({"GRACE_SECONDS": f"{grace}"})
    if not found:
        return
    waits = int(found["graceful_timeout"])
    yield observe(
        grace / 2 <= waits < grace, f"asked gunicorn for `graceful_timeout`, with GRACE_SECONDS={grace}",
        f"from {grace / 2:g} to {grace - 1}", str(waits),
        "A request that needs less than half of GRACE_SECONDS is finished, whatever their number is.",
        "Half of an odd number is not whole: rounded down, it is less than half. A number without GRACE_SECONDS fits one platform only.",
    )  # fmt: skip


# poison

HONEST = 2.4  # seconds that an honest request takes: longer than a timeout of 1 s leaves it
FLOOD = 15.0  # seconds for many requests: a worker that leaves after each makes them slow
MORE = ("As many workers as may be held at once, and one that goes on.",)
STUCK = 11.0  # seconds after which a worker that is stuck has to be gone
SOON = 8  # seconds: with a longer `timeout`, the arbiter may need more than 10 s to end a worker
SPREAD = 5  # different numbers of requests after which workers leave
LATE = (
    "The arbiter looks once a second, interrupts the worker first, and kills it when that does not help.",
    "Two seconds may be added to `timeout`.",
)


@exercise(
    "lab03/poison",
    "The request that kills its worker",
    kind="config",
    app="trouble:app",
    files={"trouble.py": "lab03_trouble.py"},
)
def poison(place: Deployment, *, most: int = 40, poison: str = "/stubborn") -> Iterator[Observation]:
    """`most`: requests that a process can take. `poison`: what never ends: `/stuck` or `/stubborn`."""
    env = {"MOST_REQUESTS": str(most)}
    server = place.serve(env=env)
    set_here, count = place.settings(), len(server.workers())
    did = f"GET {poison}, which never ends, GET /order, which takes {HONEST:g} s, and GET / beside them"
    stuck = _enter(place, server, poison)
    order = _enter(place, server, "/order") if stuck else None
    since = time.monotonic()
    if order is None or stuck.wait_closed(0.0):  # or it has got in when the first was ended
        yield observe(
            False, did, "the third is answered while two are inside", "the second does not get in while the first is there",
            "The first holds a worker. How many are there?", *MORE,
        )  # fmt: skip
        return
    beside = _ask(server)
    third = _good(beside) and not stuck.wait_closed(0.0) and not order.wait_closed(0.0)
    yield observe(
        third, did, "the third is answered while two are inside",
        _title(beside) if third else "two are inside, and nobody is left for the third",
        "Each of the first two holds a worker. How many are there?", *MORE,
    )  # fmt: skip
    if not third:
        return
    with stuck, order:
        requests = most * (count + 4)
        with load.background(load.flood, server.url + "/", 4, FLOOD, requests, timeout=PATIENCE) as running:
            cut_off = order.wait_closed(max(0.0, since + HONEST - time.monotonic()))
            answer = _leave(place, order)
        yield observe(
            _good(answer) and not cut_off, f"let GET /order go on after {HONEST:g} s", "200, release 1.0", _title(answer),
            "A request that takes its time is no poison. Who ended its worker?",
            "`timeout` counts from the worker's last sign of life: it has to be longer than the longest honest request.",
        )  # fmt: skip
        found = place.effective(env)
        rows = [*_wears(place, server, running.trace, most, set_here, found), *_crash(place, server, count)]
        ended = stuck.wait_closed(max(0.0, since + STUCK - time.monotonic()))
        owner = _came(place, poison)[0]["pid"]
        gone = ended and place.wait_for(lambda: owner not in server.workers(), PATIENCE)
        whole = gone and place.wait_for(lambda: len(server.workers()) >= count, PATIENCE)
        late = "WORKER TIMEOUT" in server.log and int(found.get("timeout", 0)) > SOON
        saw = (
            f"with `timeout` = {found['timeout']} it can be later"
            if late
            else "another worker is in its place"
            if whole
            else "the worker is gone, and no other has come"
            if gone
            else "it goes on and on"
        )
        if whole:  # else everything before is about the same cause
            yield from rows
        yield observe(
            whole and not late, f"waited up to {STUCK - 1:g} s for the end of GET {poison}", "its worker is ended and replaced", saw,
            *(LATE if late else _stuck_hints(server.log, set_here)),
        )  # fmt: skip
        if not whole:
            return
    after = _ask(server)
    yield observe(_good(after), "GET / after all this", "200, release 1.0", _title(after))


def _crash(place: Deployment, server: serve.Gunicorn, count: int) -> Iterator[Observation]:
    """A process that ends itself takes no other request with it."""
    _ask(server, "/crash")
    whole = place.wait_for(lambda: len(server.workers()) >= count, PATIENCE)
    after = _ask(server)
    yield observe(
        whole and _good(after), "GET /crash, which ends its process, then GET /", "another worker has come, and GET / is answered",
        f"{len(server.workers())} of {count} workers; {_title(after)}",
        "The arbiter starts a new worker by itself. Does something in your file keep it from that?",
    )  # fmt: skip


def _wears(
    place: Deployment, server: serve.Gunicorn, trace: Trace, most: int, set_here: dict[str, Any], found: dict[str, str]
) -> Iterator[Observation]:
    """No process took more requests than it can; they do not all leave after the same number."""
    lost = Counter(row.error or f"status {row.status}" for row in trace.failures())
    saw = ", ".join(f"{n} x {words}" for words, n in lost.most_common(3)) or "every one is answered"
    hints = (
        "The shop keeps something of every request, and a process that has had too many fails for good. Who ends it before that?",
        "`max_requests`: after so many requests a worker leaves, and a new one comes.",
    )
    if set_here.get("max_requests"):
        hints = (
            "Some worker has taken more requests than MOST_REQUESTS. How many can it be at most, by your file?",
            "A worker leaves after `max_requests` plus a number between 0 and `max_requests_jitter`.",
        )
    yield observe(
        not lost, f"sent {len(trace)} requests, with MOST_REQUESTS={most}", "every one is answered", saw, *hints
    )  # fmt: skip
    if lost:
        return
    others = {note["pid"] for note in _came(place, "/stuck", "/stubborn", "/order", "/crash")} | set(server.workers())
    taken = Counter(note["pid"] for note in place.notes("came") if note["pid"] not in others)
    numbers = sorted(taken.values())
    yield observe(
        not numbers or numbers[0] >= most // 4, "counted the requests of the workers that have left",
        f"each had at least {most // 4}", (f"{len(numbers)} have left, one after {numbers[0]}" if numbers else "no worker has left yet"),
        "A new process costs time and memory. How often does one begin?",
        f"A worker can take {most} requests: a quarter of them is the least.",
    )  # fmt: skip
    different, jitter = len(set(numbers)), 0
    spread = different > 1 or len(numbers) < 4
    if int(found.get("max_requests", 0)):  # it is gunicorn that makes them leave, unless a hook does
        jitter = int(found["max_requests_jitter"])
        spread = jitter + 1 >= SPREAD or different > jitter + 1
    alike = "Workers that begin together and get the same load would all leave together, and nobody would be there."
    yield observe(
        spread, "looked whether they leave one by one", f"at least {SPREAD} different numbers are possible",
        f"each of {len(numbers)} left after {numbers[0]}" if different == 1 else f"after {' to '.join(map(str, numbers[:: max(1, len(numbers) - 1)]))}",
        f"max_requests_jitter is {jitter}: how many different numbers can that give?" if jitter else alike,
        "`max_requests_jitter` spreads them.",
    )  # fmt: skip


def _stuck_hints(log: str, set_here: dict[str, Any]) -> tuple[str, ...]:
    if "Using worker: gthread" in log:
        return (
            "A thread is stuck, and the worker goes on reporting to the arbiter: its main thread does that.",
            "With threads `timeout` does not help. In a sync worker the one thread does both.",
        )
    if "Using worker: gevent" in log:
        return (
            "The request is one greenlet of many: the worker's other greenlets run, and report to the arbiter.",
            "With gevent `timeout` does not help. In a sync worker the request and the report are one thread.",
        )
    if set_here.get("timeout") == 0:
        return ("What does gunicorn's documentation say about `timeout = 0`?", "0 means that nobody is ever ended.")
    return (
        f"A stuck worker is ended when it has not reported for `timeout` seconds. Here it had to be gone after {STUCK - 1:g}.",
        "By default `timeout` is 30 s.",
    )


# memory

LINUX = sys.platform == "linux"
BEFORE = 2.0  # seconds in which workers that are ready have opened their links
LATE_LINK = (
    "The first visitor waits while the link is opened, and finds out when the bank does not answer.",
    "Which hook runs in a worker when it starts, before any request?",
)
BASE = 50  # MB for the arbiter and its workers, without the table: 25 to 45 were measured


@exercise(
    "lab03/memory",
    "Memory that is used once",
    kind="config",
    app="ledger:app",
    files={"ledger.py": "lab03_ledger.py"},
)
def memory(place: Deployment, *, table: int = 80, rows: tuple[int, int] = (100_000, 300_000)) -> Iterator[Observation]:
    """`table`: its size in MB. `rows`: which are added up."""
    server = place.serve(env={"TABLE_MB": str(table)})
    workers = server.workers()
    place.wait_for(lambda: _linked(place) >= set(workers), BEFORE)
    late = set(workers) - _linked(place)
    yield observe(
        len(workers) >= 3, "counted the workers", "3 or more", str(len(workers)), "Fewer workers need less memory, and serve less."
    )  # fmt: skip
    first, last = rows
    target = f"/sum?from={first}&to={last}"
    right = sum(row % (1 << 17) for row in range(first, last))
    answers = [_ask(server, target)]
    if _good(answers[0]):
        with ThreadPoolExecutor(4) as pool:
            answers += pool.map(lambda _: _ask(server, target), range(16 * len(workers)))
    bad = next((answer for answer in answers if not _good(answer)), answers[0])
    told = [answer.json() for answer in answers if _good(answer)]
    wrong = [t for t in told if t["sum"] != right or t["rows"] != table << 17]
    saw = f"the sum {wrong[0]['sum']}, from {wrong[0]['rows'] >> 17} MB" if wrong else f"the sum {right}"
    yield observe(
        len(told) == len(answers) and not wrong, f"GET {target}, again and again", f"the sum {right}, from {table} MB",
        saw if len(told) == len(answers) else _title(bad), "The whole table has to be there in each worker.",
    )  # fmt: skip
    if len(told) < len(answers):
        return
    most = 2 * table + BASE
    did, expected = f"added up the memory (PSS) of gunicorn with {len(workers)} workers", f"at most {most} MB"
    if LINUX:
        used = sum(process.pss or 0 for process in serve.memory([server.pid, *server.workers()])) >> 20
        saw = f"about {used} MB" if used > most else expected
        yield observe(used <= most, did, expected, saw, *_memory_hints(place.settings()))
    else:
        yield observe(True, did, expected, "not counted on this system: only Linux tells the PSS")
    yield from _links(place, told, late)


def _memory_hints(set_here: dict[str, Any]) -> tuple[str, ...]:
    if set_here.get("preload_app"):
        return (
            "The arbiter has loaded the table, and yet a worker has one of its own. Which line of yours loads it again?",
            "Memory stays shared until somebody writes into it. A module that is loaded anew is new memory.",
        )
    return (
        "Each worker has loaded a table of its own. Who could load it once, for all of them?",
        "What a process has in memory when it forks, its children share with it. `preload_app` is about that.",
    )


def _linked(place: Deployment) -> set[int]:
    """The processes that have opened a link."""
    return {note["pid"] for note in place.notes("links")}


def _links(place: Deployment, told: list[dict[str, Any]], late: set[int]) -> Iterator[Observation]:
    """Each worker speaks over a link that it has opened itself, once, before anybody asked; `late` ones had none then."""
    foreign = [t for t in told if t["link"] != t["pid"]]
    yield observe(
        not foreign, "looked at the links to the bank", "each worker has one that it opened itself",
        f"worker {foreign[0]['pid']} uses the link of process {foreign[0]['link']}" if foreign else "each has its own",
        *_foreign_hints(place.settings()),
    )  # fmt: skip
    if foreign:
        return
    pids, opened = {t["pid"] for t in told}, Counter(note["pid"] for note in place.notes("links"))
    most = max(opened[pid] for pid in pids)
    yield observe(
        most <= 2 and not late, "counted how often a worker opened a link", "once, when it starts",
        f"{most} times" if most > 2 else "once, and only when somebody asked" if late else "when it starts",
        *LATE_LINK if late and most <= 2 else (),
        "Opening a link costs the bank more than a question does. It is not for each request.",
        "Which hook is called once in the life of a worker?",
    )  # fmt: skip
    twice = [key for key, count in Counter(t["key"] for t in told).items() if count > 1]
    yield observe(
        not twice, f"looked at {len(told)} keys", "no key comes twice", f"{twice[0]} came twice" if twice else "no key comes twice",
        "Two workers draw the same numbers: their generator was seeded before they were forked.",
    )  # fmt: skip


def _foreign_hints(set_here: dict[str, Any]) -> tuple[str, ...]:
    if "pre_fork" in set_here:
        return ("pre_fork runs before the fork, and so in which process?", "post_fork runs in the new worker.")
    if set_here.keys() & {"when_ready", "on_starting"}:
        return (
            "when_ready and on_starting are called once, in the arbiter. A link has to be opened in each worker.",
            "Which hook runs in the new worker, after the fork?",
        )
    return (
        "Two processes on one connection read each other's answers. The link was opened before the fork.",
        "`ledger.connect()` opens one for the process that calls it. Which hook runs in each new worker?",
    )
