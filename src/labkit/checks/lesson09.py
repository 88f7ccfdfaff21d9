"""The exercises of lesson 09: a timeout for what is stuck only, a counter for all workers, an error log read."""

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from labkit import wire

from .deployment import Deployment
from .module import Module
from .registry import exercise
from .site import Site, cut, observe, raised
from .verdict import Observation

REPORT = 4.0  # seconds that a report takes
LATEST = 10.0  # seconds within which a stuck worker has to be replaced
KILLED = 2  # seconds after `timeout`: the arbiter looks about once a second, and sends KILL at its next look
REPLACED = 25.0  # seconds to wait for a replacement that has to come, however busy the machine is
PATIENCE = 8.0  # seconds to wait for an answer that has to come
VISITORS = 12  # who draw tickets at the same time
LOGS = Path(__file__).with_name("files")


# 09/timeout


@exercise(
    "09/timeout",
    "A slow page, and a worker that is stuck",
    kind="config",
    app="reports:app",
    files={"reports.py": "reports09.py"},
)
def timeout(place: Deployment) -> Iterator[Observation]:
    """The application waits for permission; the time of the report is over when the arbiter has not complained.

    Whether the limit of ten seconds is kept is judged by the ``timeout`` that the server has, and not by a clock.
    """
    place.prepare()
    server = place.serve(loglevel="debug")
    setting = dict(re.findall(r"^  (workers|worker_class|threads|timeout): (.*)$", server.log, re.M))
    if not setting.get("timeout", "").isdecimal():
        hint = "This check reads gunicorn's error log: leave it, and how it is written, as they are."
        yield observe(False, "read the error log", "the configuration, at the level debug", "it is not there", hint)
        return
    request = b"GET /report HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    late = "WORKER TIMEOUT"
    with (
        wire.Conversation(server.url, timeout=PATIENCE) as first,
        wire.Conversation(server.url, timeout=PATIENCE) as second,
    ):
        first.send(request)
        if not place.wait_for(lambda: place.journal("begun"), PATIENCE):
            yield observe(False, "GET /report", "a worker begins with it", "none did")
            return
        began = time.monotonic()
        second.send(request)
        place.wait_for(lambda: len(place.journal("begun")) > 1 or late in server.log, REPORT)
        row = None if late in server.log else _meanwhile(place, server.url, setting)
        if row and late not in server.log:  # else it is the report that tells what is wrong
            yield row
            if not row.holds:
                return
        bound = int(setting["timeout"])
        silent = bound + KILLED if 0 < bound <= REPORT else REPORT  # so that it is no matter of luck who is killed
        place.wait_for(lambda: late in server.log, max(silent, REPORT) - (time.monotonic() - began))
        place.allow("finish")
        reports = [_status(first), _status(second)]
    report = next((each for each in reports if each != "200 OK"), "200 OK")
    did = f"GET /report, which takes {REPORT:g} s, by two visitors"
    row = observe(report == "200 OK", did, "200 OK", report, *_report_hints(place, bound))
    yield row
    if row.holds:
        yield _replaced(place, server, bound)


def _meanwhile(place: Deployment, url: str, setting: dict[str, str]) -> Observation:
    """Another visitor, while two reports are being made."""
    did, expected = "GET / while two reports are being made", "200 OK, before they are finished"
    workers, threads, kind = int(setting["workers"]), int(setting["threads"]), setting["worker_class"]
    threaded = kind == "gthread" or (kind == "sync" and threads > 1)  # gunicorn makes the latter gthread
    if threaded and threads < 3 and workers > 1:
        # It is a matter of luck who takes the connection, and the verdict must not be.
        hint = (
            "A gthread worker takes a connection also when its threads are busy, and other workers are idle. How many "
            "threads must each have, so that one is left beside two reports?"
        )
        return observe(False, did, expected, "it waits when it comes to the worker that makes both", hint)
    saw = "one of the two is not even begun before the other is finished"
    if len(place.journal("begun")) > 1:
        try:
            answer = wire.exchange(url, timeout=REPORT)
            saw = f"{answer.status} {answer.reason}" + (", before they are finished" if answer.status == 200 else "")
        except wire.WireError:
            saw = "no answer until they were finished"
    if kind == "gthread" and threads == 1:
        hints = ("A gthread worker has as many hands as `threads` says, and this one has one.",)
    elif workers * threads == 2:
        hints = ("Two requests can be inside at once here, and both are reports. Who is there for a third visitor?",)
    else:
        hints = (
            "Who is there for the other visitors, while the worker waits for its database?",
            "More workers, threads in each, or gevent: one of them lets a visitor be served beside the reports.",
        )
    return observe(saw == expected, did, expected, saw, *hints)


def _status(visitor: wire.Conversation) -> str:
    """The status of the report, in words."""
    try:
        answer = visitor.answer()
    except wire.WireError as error:
        return cut(str(error))
    return f"{answer.status} {answer.reason}"


def _report_hints(place: Deployment, bound: int) -> tuple[str, ...]:
    """What to say about a report that was cut."""
    if bound == REPORT:
        return (f"`timeout = {bound}`, and a report takes up to {REPORT:g} s: nothing is left between the two.",)
    settings = place.settings()
    if "graceful_timeout" in settings:
        return (
            "`graceful_timeout` counts from the moment when a worker is asked to stop. Nobody has asked this one.",
            "The arbiter missed the worker's heartbeat. Which setting says how long it may be silent?",
        )
    if "keepalive" in settings:
        return (
            "`keepalive` is how long a connection may be idle after an answer. Here there is no answer yet.",
            "The arbiter missed the worker's heartbeat. Which setting says how long it may be silent?",
        )
    return (
        "The log says WORKER TIMEOUT: the arbiter missed the heartbeat. When does a sync worker beat, and when a gthread worker?",
        "Either the worker may be silent for longer than a report takes, or it must not be silent while it makes one.",
    )


def _replaced(place: Deployment, server: Any, bound: int) -> Observation:
    """A process in which nothing runs any more has to go, and another one has to come."""
    did = "GET /stuck, which keeps the GIL and never returns"
    expected = f"the worker is replaced within {LATEST:g} s"
    short = 0 < bound <= LATEST - KILLED
    with wire.Conversation(server.url, timeout=PATIENCE) as visitor:
        visitor.send(b"GET /stuck HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        place.wait_for(lambda: place.journal("stuck"), PATIENCE)
        count = len(server.workers())
        stuck = {int(pid) for pid in place.journal("stuck")}
        gone = place.wait_for(lambda: not stuck & set(server.workers()), REPLACED if short else LATEST)
    back = gone and place.wait_for(lambda: len(server.workers()) >= count, PATIENCE)
    if back and short:
        return observe(bool(stuck), did, expected, "another worker is in its place")
    if not gone:
        saw = f"it is still there after {REPLACED if short else LATEST:g} s"
    else:
        saw = "it is gone, and no other one came" if not back else f"it may take {bound + KILLED} s"
    if bound == 0:
        hints = ("A timeout of 0 switches the watch off, for every kind of worker.",)
    elif bound <= LATEST:
        hints = (
            f"`timeout = {bound}`: the arbiter looks about once a second, sends ABRT after {bound} to {bound + 1} s, and "
            "KILL at its next look. What is left of the ten seconds?",
            "A process that keeps the GIL does not obey ABRT. Leave the arbiter two seconds for both signals.",
        )
    else:
        hints = (
            f"`timeout = {bound}`: so long a worker may be silent before the arbiter does something about it.",
            "It has to be longer than a report takes, if the worker is silent meanwhile, and shorter than ten seconds.",
        )
    return observe(False, did, expected, saw, *hints)


# 09/counter


@exercise("09/counter", "One counter for all workers", server={"workers": 3})
def counter(site: Site, *, draws: int = 300) -> Iterator[Observation]:
    """`draws`: how many tickets are drawn by many visitors at once."""
    began = yield from _last(site, "GET /ticket")
    if began is None:
        return
    for number in range(began + 1, began + 4):
        answer = site.ask("POST", "/ticket")
        hints = ("POST draws the next number and answers with it.",)
        yield _told(answer, "POST /ticket, one visitor after the other", number, _why(site, hints))
    last = yield from _last(site, "GET /ticket, which draws none", began + 3)
    if last is None:
        return
    row = _crowd(site, last, draws)
    yield row
    if not row.holds:
        return
    yield from _replaced_all(site)
    answer = site.ask("GET", "/tickets")
    yield observe(answer.status == 404, "GET /tickets", "404 Not Found", f"{answer.status} {answer.reason}")


def _last(site: Site, did: str, expected: int | None = None) -> Iterator[Observation]:
    """Ask for the last number; returned is the number, or None when it is none. Asked again it is the same."""
    answer = site.ask("GET", "/ticket")
    texts = [answer.text.strip()]
    if answer.status != 200 or not texts[0].isdecimal():
        hint = "The body is the number in digits, and nothing else."
        yield observe(False, did, "200 and a number", f"{answer.status} and {texts[0]!r}", hint)
        return None
    if expected is None:
        texts.append(site.ask("GET", "/ticket").text.strip())
    if len(set(texts)) > 1:
        hint = "GET only looks. What changes the number between the two requests?"
        yield observe(False, f"{did}, twice", f"{texts[0]} both times", " and then ".join(texts), hint)
        return None
    if expected is not None:
        yield _told(answer, did, expected, _why(site, ("GET only looks, and sees what was drawn last.",)))
    return int(texts[0])


def _told(answer: wire.Answer, did: str, number: int, hints: Sequence[str]) -> Observation:
    text = answer.text.strip()
    return observe(
        answer.status == 200 and text == str(number), did, f"200 and {number}", f"{answer.status} and {text!r}", *hints
    )


def _crowd(site: Site, last: int, draws: int) -> Observation:
    """Many draw at once: each number once, none left out."""
    did = f"POST /ticket, {draws} times, {VISITORS} visitors at once"

    def draw(_: int) -> str:
        try:
            answer = wire.exchange(site.server.url, "POST", "/ticket", timeout=PATIENCE)
        except wire.WireError as error:
            return str(error)
        return answer.text.strip() if answer.status == 200 else f"{answer.status} {answer.reason}"

    with ThreadPoolExecutor(VISITORS) as visitors:
        texts = list(visitors.map(draw, range(draws)))
    expected = f"each of {last + 1} to {last + draws} once"
    if failed := [text for text in texts if not text.isdecimal()]:
        site.look(did)
        why = site.problems[0].saw if site.problems else Counter(failed).most_common(1)[0][0]
        site.problems.clear()  # said here, with a hint for what happens in a crowd
        hints = (
            "One visitor after the other was answered. What does one get who comes while another one writes?",
            "Reading and writing belong together: nobody else may come between them.",
        )
        return observe(False, did, expected, f"{len(failed)} got no number: {why}", *hints)
    numbers = Counter(map(int, texts))
    twice = sorted(number for number, count in numbers.items() if count > 1)
    if twice:
        saw = f"{len(twice)} numbers came more than once, such as {twice[0]}"
    elif set(numbers) != set(range(last + 1, last + draws + 1)):
        saw = f"numbers from {min(numbers)} to {max(numbers)}"
    else:
        saw = expected
    race = (
        "Two workers read the same number before one of them had written. Reading and writing belong together.",
        "A lock that all processes see, a database, or one operation that does both: nobody may come in between.",
    )
    return observe(saw == expected, did, expected, saw, *_why(site, race))


def _replaced_all(site: Site) -> Iterator[Observation]:
    """All workers are replaced, as at a reload or after a crash: the numbers go on."""
    answer = site.ask("GET", "/ticket")
    before, old = answer.text.strip(), set(site.server.workers())
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < until and len(set(site.server.workers()) - old) < len(old):
        time.sleep(0.02)
    hints = (
        "What a worker has in its memory ends with it.",
        "What has to outlive a worker belongs into a file or a database, from which the next worker reads.",
    )
    if not before.isdecimal():
        yield observe(False, "GET /ticket", "200 and a number", f"{answer.status} and {before!r}")
        return
    did = "GET /ticket, after all workers were killed and replaced"
    yield _told(site.ask("GET", "/ticket"), did, int(before), hints)
    did = "POST /ticket, to one of the new workers"
    yield _told(site.ask("POST", "/ticket"), did, int(before) + 1, hints)


def _why(site: Site, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """Hints for a number that is not shared, by what the file uses; ``otherwise`` when it looks shared."""
    text = (site.folder / site.path.name).read_text(encoding="utf-8", errors="replace")
    shared = re.search(r"\b(open|sqlite3|mmap|dbm|shelve|os\.open|Path|socket)\b", text)
    if shared:
        return otherwise
    if "multiprocessing" in text:
        return (
            "Each worker imports the file on its own, and makes a Value or a Manager of its own.",
            "What workers share has to exist outside of them: a file, a database.",
        )
    if "threading" in text:
        return (
            "A threading.Lock is seen by the threads of one process. The three workers are three processes.",
            "Each worker has a variable of its own. What they share has to exist outside of them: a file, a database.",
        )
    if "os.environ" in text:
        return ("Each process has its own copy of the environment; what one writes there, no other sees.",)
    return (
        "How many processes have imported this file, and how many variables are there?",
        "What workers share has to exist outside of them: a file, a database.",
    )


# 09/log

CASES: tuple[tuple[str, str, list[tuple[str, int]]], ...] = (
    ("late", "a slow page, then kill -9", [("timeout", 25194), ("killed", 25193)]),
    ("calm", "TTIN, TTOU, USR1 and TERM", []),
    ("stuck", "a stuck worker, a failed payment, then a crash", [("timeout", 25306), ("killed", 25422)]),
    ("boot", "a release that cannot be imported", [("boot", 25438)]),
    ("reload", "two reloads, the second of a broken release", [("reload", 25442), ("reload", 25442), ("boot", 25454)]),
)


@exercise("09/log", "What has happened here?", kind="module")
def log(module: Module) -> Iterator[Observation]:
    """The logs are gunicorn's own, of five situations."""
    texts = [(LOGS / f"log09_{name}.txt").read_text(encoding="utf-8") for name, _, _ in CASES]
    outcomes = module.calls([("what_happened", text) for text in [*texts, ""]], may_raise=True)
    for text, (_, words, expected), outcome in zip(
        [*texts, ""], [*CASES, ("", "an empty log", [])], outcomes, strict=True
    ):
        did = f"what_happened(log), the log of {words}" if text else "what_happened(''), an empty log"
        if outcome.raised:
            yield raised(did, outcome.raised, module.folder)
            return
        saw = outcome.value
        right = isinstance(saw, list) and [tuple(each) if isinstance(each, list) else each for each in saw] == expected
        shown = "" if right else "\n".join(line for line in text.splitlines() if line.startswith("[") or "4711" in line)
        yield Observation(did, repr(expected), cut(repr(saw)), right, () if right else _log_hints(saw, expected), shown)


def _log_hints(saw: Any, expected: list[tuple[str, int]]) -> tuple[str, ...]:
    """What to say about a list that is not the expected one."""
    if not isinstance(saw, list) or not all(isinstance(each, tuple | list) and len(each) == 2 for each in saw):
        return ("The function returns a list, and each thing in it is a pair: a word and a process id.",)
    pairs = [tuple(each) for each in saw]
    if any(isinstance(pid, str) for _, pid in pairs):
        return ("The process id is text here. The task wants a number.",)
    if ("timeout", 4711) in pairs or ("killed", 4711) in pairs:
        return (
            "4711 is no worker. Look at the line it stands in: who has written it?",
            "gunicorn's own lines begin with [time] [pid] [LEVEL], and its words with what it has to say.",
        )
    timed_out = {pid for what, pid in pairs if what == "timeout"}
    if any(what == "killed" and pid in timed_out for what, pid in pairs):
        return ("One worker, one misfortune: who has sent this KILL, and why?",)
    if any(what == "killed" and ("killed", pid) not in expected for what, pid in pairs) and not expected:
        return ("Which signal was it, and who sends it in the ordinary course of things?",)
    if sorted(map(repr, pairs)) == sorted(map(repr, expected)):
        return ("All is there. In which order did it happen?",)
    if sorted(what for what, _ in pairs) == sorted(what for what, _ in expected):
        return (
            "The things are right, a process id is not. Which one does the line speak of?",
            "The number in the second brackets is the process that has written the line.",
        )
    if len(set(pairs)) < len(pairs) and set(pairs) == set(expected):
        return ("Something is told more often than it happened. gunicorn writes more than one line about some things.",)
    missing = [what for what, pid in expected if (what, pid) not in pairs]
    if "killed" in missing:
        return ("A worker ended by a signal is missing. KILL is not the only signal that ends a process.",)
    if "reload" in missing:
        return ("A reload is missing: which line does the arbiter write when it gets HUP?",)
    return ("Read the log below the table line by line: which lines tell one of the four things, and which do not?",)
