"""The exercises of lesson 07, "What does pre-fork mean?"."""

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import psutil

from labkit import serve, wire

from .crowd import HELD, Crowd, exactly
from .deployment import Deployment
from .own import Own, get
from .registry import exercise
from .site import LIMITS, Over, Site, last_traceback, observe
from .verdict import Observation

PATIENCE = 5.0  # seconds in which what must come has to come, also on a busy machine
BRIEF = 0.4  # seconds in which what must not come has its chance
CHILDREN = 3
THREADS = 4


def _let_in(site: Site, stack: ExitStack) -> tuple[Counter[int], list[wire.Conversation]]:
    """Send requests that the application holds, one more than there are children, and count who is inside.

    Returns:
        pid -> requests inside that process; and the connections that wait for an answer.
    """

    def inside() -> Counter[int]:
        return Counter(int(line.split()[0]) for line in site.journal("inside"))

    talks: list[wire.Conversation] = []
    with suppress(wire.WireError):  # nobody listens any more: those inside are counted all the same
        for _ in range(CHILDREN + 1):
            talks.append(stack.enter_context(wire.Conversation(site.server.url, PATIENCE)))
            talks[-1].send(get("/held", "Connection: close"))
        _within(lambda: inside().total() >= CHILDREN)
    time.sleep(BRIEF)
    return inside(), talks


def _many(number: int, what: str, plural: str = "") -> str:
    return f"{number or 'no'} {what if number == 1 else plural or what + 's'}"


FILES = {"mortal.py": "own07_mortal.py", "held.py": "lab03_held.py", "talk.py": "own07_talk.py"}


@exercise("07/prefork", "Fork, accept, reap", kind="server", app="mortal:app", files=FILES)
def prefork(site: Site) -> Iterator[Observation]:
    """Three children accept; one that ends, however it does, is reaped and replaced; TERM ends one, or all."""
    own, server = Own(site), site.server
    did = "started it and looked at its processes"
    expected = f"{CHILDREN} children of the process that listens, and no process below them"
    own.wait_for(lambda: _family(server) == (CHILDREN, 0, 0) or not server.alive, PATIENCE)
    _settle(server.pid)  # there may be more to come
    if not server.alive:
        raise own.fails(did, expected, "the process that listens has ended", ENDED)
    children, below, _ = _family(server)
    saw = _many(children, "child", "children") + (f" and {_many(below, 'process', 'processes')} below" if below else "")
    rows = [observe((children, below) == (CHILDREN, 0), did, expected, saw, *_forking(children, below))]
    yield rows[0]

    before = set(serve.tree(server).workers)
    with ExitStack() as stack:
        inside, talks = _let_in(site, stack)
        did = f"{CHILDREN + 1} requests at once, which the application holds"
        expected = f"{CHILDREN} inside, each in a process of its own; the last one waits"
        saw = f"{_many(inside.total(), 'request')} inside, in {_many(len(inside), 'process', 'processes')}"
        if not inside:
            raise own.fails(did, expected, f"none came in within {PATIENCE:g} s", _nobody(site, before))
        right = inside.total() == len(inside) == CHILDREN
        rows.append(observe(right, did, expected, saw, *_overlap(inside)))
        yield rows[-1]
        site.allow("go")
        for talk in talks if right else ():
            with suppress(wire.WireError):
                talk.answer()
    did = "looked which processes have called the application"
    parent = server.pid in inside
    saw = f"{'also' if len(inside) > 1 else 'only'} the process that listens" if parent else "children only"
    hint = "The process that was given the listener starts children and waits for them; while it serves a request it cannot."
    rows.append(observe(not parent, did, "children only", saw, hint))
    yield rows[-1]
    if not all(row.holds for row in rows):
        return
    _settle(server.pid, *before)  # whoever goes on after its request has done so then
    children, below, _ = _family(server)
    saw = f"{_many(children, 'child', 'children')} and {_many(below, 'process', 'processes')} below"
    did = "looked at its processes again, after the requests"
    yield observe(not below, did, "no process below the children", saw, *RETURNED)
    if below:
        return
    for part in (_killed(own), _left(own), _ended(site)):
        for row in part:
            yield row
            if not row.holds:
                return


ENDED = (
    "The process that listens stays: when it returns from `serve`, the server is over.",
    "`os.waitpid(-1, 0)` waits until a child ends.",
)
NOBODY = (
    "Who calls `listener.accept()`? The listener was open before the fork, and every child has it.",
    "A child must not open a socket of its own: the address is taken, by the listener that the clients connect to.",
)
CRASHED = ("A child ends at this line, and the parent starts the next one, which ends too.",)
HIDDEN = (
    "The children end as soon as a request comes. `os._exit` in a `finally` hides the exception, too: call "
    "`traceback.print_exc()` before it.",
    "Run it with serve.OwnServer, send one request, and print(server.log).",
)
RETURNED = (
    "A child has gone on with the parent's loop and has forked: a child never returns.",
    "A child accepts again and again. When its loop can end, os._exit() has to stand after it.",
)


def _nobody(site: Site, before: set[int]) -> tuple[str, ...]:
    """Hints for a server that lets no request in.

    Args:
        before: the pids of the children before the requests came.
    """
    event = last_traceback(site.server.log)
    if event and event["type"] != "OSError" and any(Path(f[0]).name == site.path.name for f in event["frames"]):
        return CRASHED
    if not event and before - set(serve.tree(site.server).workers):
        return HIDDEN
    return NOBODY  # an OSError comes from a socket that is closed, or from a second one


def _family(server: serve.Server, tree: serve.Tree | None = None) -> tuple[int, int, int]:
    """How many children there are that live, processes below them, and zombies: now, or in a tree seen before."""
    tree = serve.tree(server) if tree is None else tree
    alive = [m for m in tree if m.state != psutil.STATUS_ZOMBIE and m.pid != server.pid]
    children = sum(m.parent == server.pid for m in alive)
    return children, len(alive) - children, len(tree.zombies)


def _forking(children: int, below: int) -> tuple[str, ...]:
    if below:
        return (
            "After os.fork() two processes go on with the same line. Which of them runs the loop that forks?",
            "os.fork() returns 0 in the child. The child accepts for ever and never comes back to the loop.",
        )
    if not children:
        return (
            "Children are there before the first request comes: that is the *pre* in pre-fork.",
            "os.fork() makes a child; it returns 0 there, and the child's pid in the parent.",
        )
    return (f"{CHILDREN} children, and the process that was called is none of them.",)


def _overlap(inside: Counter[int]) -> tuple[str, ...]:
    if inside.total() > CHILDREN:
        return (
            "A process that serves one request at a time accepts the next connection when it is done with this one.",
            "Each child accepts itself. Who accepts first and forks, or starts a thread, then, sets no limit.",
        )
    return (f"Each of {CHILDREN} children waits in `listener.accept()`, and calls `talk` with what it gets.",)


def _killed(own: Own) -> Iterator[Observation]:
    """Two children are killed while the parent is stopped: it sees both ends at once."""
    site, server = own.site, own.site.server
    _settle(server.pid)
    victims = serve.tree(server).workers[:2]
    did = "killed two of the children in the same moment"
    server.signal("STOP")
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    own.wait_for(lambda: set(serve.tree(server).zombies) >= set(victims), PATIENCE)
    server.signal("CONT")
    own.wait_for(lambda: _family(server) == (CHILDREN, 0, 0) or not server.alive, PATIENCE)
    if not server.alive:
        raise own.fails(did, f"{CHILDREN} children again", "the process that listens has ended", ENDED)
    children, _, zombies = _family(server)
    saw = f"{_many(children, 'child', 'children')} and {_many(zombies, 'zombie')}"
    hints: tuple[str, ...] = (
        "A child that has ended stays as a zombie until its parent has asked for its status: os.waitpid.",
        "For each pid that os.waitpid returns, fork another child.",
    )
    if not zombies:
        hints = ("The dead are gone, and nobody has taken their place.", "Who has reaped a child forks another.")
    elif zombies == 1:
        hints = (
            "Two ends can make one SIGCHLD: a signal says that something happened, and not how often.",
            "Call os.waitpid until no ended child is left.",
        )
    right = (children, zombies) == (CHILDREN, 0)
    yield observe(right, did, f"{CHILDREN} children again and no zombie", saw, *hints)
    if not right:
        return
    site.prepare()
    with ExitStack() as stack:
        inside, _ = _let_in(site, stack)
        did, expected = f"{CHILDREN + 1} requests to the new family", f"{CHILDREN} inside, and none in a killed one"
        saw = f"{_many(inside.total(), 'request')} inside, in {_many(len(inside), 'process', 'processes')}"
        hint = "A child that comes later does the same as the first ones: it accepts on the listener."
        yield observe(inside.total() == len(inside) == CHILDREN, did, expected, saw, hint)
        site.allow("go")


def _left(own: Own) -> Iterator[Observation]:
    """Children that end by themselves, without a signal."""
    server = own.site.server
    for status in (3, 0):
        before = set(serve.tree(server).workers)
        with suppress(wire.WireError), wire.Conversation(server.url, PATIENCE) as talk:
            talk.send(get(f"/exit?{status}"))
            talk.answer()

        def renewed(before: set[int] = before) -> bool:
            tree = serve.tree(server)  # both in one look: a child may end between two
            return _family(server, tree) == (CHILDREN, 0, 0) and set(tree.workers) != before

        did = f"a request that ends its child by os._exit({status})"
        own.wait_for(lambda ready=renewed: ready() or not server.alive, PATIENCE)
        if not server.alive:
            raise own.fails(did, f"{CHILDREN} children again", "the process that listens has ended", ENDED)
        children, _, zombies = _family(server)
        saw = f"{_many(children, 'child', 'children')} and {_many(zombies, 'zombie')}"
        hint = "A child can end without a signal, also with status 0. It is replaced whatever `status` says."
        yield observe((children, zombies) == (CHILDREN, 0), did, f"{CHILDREN} children again and no zombie", saw, hint)


def _settle(*pids: int) -> None:
    """Wait until processes rest, for example in waitpid or accept: what they had to do is done then."""

    def rests(pid: int) -> bool:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_SLEEPING
        except psutil.NoSuchProcess:
            return True

    rested, until = 0, time.monotonic() + PATIENCE
    while rested < 10 and time.monotonic() < until:
        rested = rested + 1 if all(map(rests, pids)) else 0
        time.sleep(0.02)


class _Outlived(serve.OwnServer):
    """A server below a shell that stays when it ends: what it has left behind is seen, before all is ended."""

    def argv(self) -> list[str]:
        return ["sh", "-c", '"$@"; sleep 60', "sh", *super().argv()]


def _ended(site: Site) -> Iterator[Observation]:
    """TERM for one child: it alone ends. TERM for the parent: it ends, and its children do."""
    name, app = site.server.function, site.exercise.app
    env = {"LABKIT_JOURNAL": str(site.folder)}
    hints: tuple[str, ...] = (
        "A signal goes to one process. Who is told to end has to tell its children: os.kill(pid, signal.SIGTERM).",
        "signal.signal(signal.SIGTERM, function) says what to do when TERM comes.",
    )
    with _Outlived(name, app, cwd=site.folder, env=env, limits=LIMITS) as server:
        parent = next(child for child in psutil.Process(server.pid).children() if child.name() != "sleep")
        _within(lambda: len(_children(parent)) == CHILDREN)
        _settle(parent.pid, *(child.pid for child in _children(parent)))
        row = _told(parent)
        yield row
        if not row.holds:
            return
        children = _children(parent)
        with suppress(psutil.NoSuchProcess):
            parent.send_signal(signal.SIGTERM)
        right = _within(lambda: not any(map(_lives, [parent, *children])))
        left = sum(map(_lives, children))
        saw = "it has ended, and its children too"
        if _lives(parent):
            saw = f"it still runs, with {_many(len(_children(parent)), 'child', 'children')}"
            hints = ("Whoever was told to end starts no new children, and ends: sys.exit() in the handler does it.",)
        elif not right:
            saw = f"it has ended, and {_many(left, 'child', 'children')} still {'runs' if left == 1 else 'run'}"
        if not right and "ProcessLookupError" in server.log:
            hints = ("One of those pids belongs to a child that was reaped before. Who reaps a child forgets its pid.",)
    yield observe(right, "TERM to the process that listens", "it ends, and its children do", saw, *hints)


def _told(parent: psutil.Process) -> Observation:
    """TERM for the child that was forked last: what it has inherited knows all the others."""
    *others, last = sorted(_children(parent), key=lambda child: (child.create_time(), child.pid))

    def replaced() -> bool:
        now = _children(parent)
        return last not in now and len(now) == CHILDREN and all(map(_lives, now))

    last.send_signal(signal.SIGTERM)
    _within(lambda: replaced() or not _lives(parent))
    _settle(parent.pid, *(child.pid for child in others))  # the others end soon, if they do
    _within(lambda: replaced() or not _lives(parent))
    gone = sum(not _lives(child) for child in others)
    saw, hint = (
        "it was replaced, and the others stayed",
        (
            "The child has inherited your handler, and the list of the other children with it. A child can undo that: "
            "`signal.SIG_DFL`."
        ),
    )
    if not _lives(parent):
        saw = "the process that listens has ended, too"
    elif _lives(last):
        saw = "it still runs"
    elif gone:
        saw = f"it has ended, and {'one' if gone == 1 else gone} of the others with it"
    elif not replaced():
        saw, hint = "it has ended, and nobody took its place", "A child that ends is replaced, also after TERM."
    right = replaced() and not gone
    return observe(right, "TERM to one of the children", "it ends and is replaced; the others stay", saw, hint)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children()
    except psutil.NoSuchProcess:
        return []


def _within(ready: Callable[[], object]) -> bool:
    until = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@exercise("07/config", "Workers from the environment", kind="config", **HELD)
def config(place: Deployment, *, more: int = 3) -> Iterator[Observation]:
    """`more`: a number of workers to ask for, beside the default of two."""
    os.environ.pop("SHOP_WORKERS", None)
    place.spelling = 1  # the lesson has shown how to find it
    asking = (ASKING,) if place.misspelled() else ()
    for value, workers in ((None, 2), (str(more), more), ("", 2)):
        env = {} if value is None else {"SHOP_WORKERS": value}
        did = "SHOP_WORKERS not set" if value is None else f"SHOP_WORKERS={value}" if value else "SHOP_WORKERS empty"
        try:
            crowd, right, expected = exactly(place, env, did, workers, THREADS)
        except Over:
            if value == "" and place.problems:  # it does not start with this, and did with a number
                place.problems[-1] = replace(place.problems[-1], hints=EMPTY)
            raise
        did = f"with {did}, more requests than there is room for"
        yield observe(right, did, expected, str(crowd), *asking, *_capacity(value, workers, crowd))
        if not right:
            return


ASKING = (
    "Ask gunicorn what it makes of the file: `printed` from the lesson, with `--config` and its name, for the number of "
    "workers and for that of threads."
)
EMPTY = (
    "The variable is there, and empty: the second argument of `get` is only for one that is missing.",
    "What does `or` give for an empty text?",
)


def _capacity(value: str | None, workers: int, crowd: Crowd) -> tuple[str, ...]:
    """Hints for a wrong number of workers, or of requests inside."""
    if len(crowd.inside) != workers and value == "":
        return (f"gunicorn has started {_many(len(crowd.inside), 'worker')}. {EMPTY[0]}", *EMPTY[1:])
    if len(crowd.inside) != workers:
        asked = f"the environment says {value}" if value else "two is the default"
        return (
            f"gunicorn has started {_many(len(crowd.inside), 'worker')}, and {asked}.",
            "Which setting takes the number of workers, and when does your file set it?",
        )
    if max(crowd.inside.values()) > THREADS:
        return (
            f"More than {THREADS} were inside one worker: a class that takes every connection at once, or more threads.",
            "`threads` bounds the requests inside one worker; the worker class is gthread then.",
        )
    return ("How many requests has a worker inside at once? A sync worker has one.", "The setting is called `threads`.")


LINE = "<worker> METHOD PATH STATUS MICROSECONDS"


@exercise(
    "07/logs", "An access log that can be read", kind="config", app="shop:app", files={"shop.py": "log07_shop.py"}
)
def logs(place: Deployment) -> Iterator[Observation]:
    """One line a request on standard output, in a format that says which worker it was and how long it took."""
    server = place.serve(expect=1)
    place.prepare()
    with wire.Conversation(server.url, PATIENCE) as talk:
        begin = time.monotonic()
        talk.send(get("/slow?token=k33p", "Connection: close"))
        time.sleep(0.3)  # so that seconds, milliseconds and microseconds cannot be taken for one another
        place.allow("go")
        talk.answer()
        took = time.monotonic() - begin
    did = "GET /slow?token=k33p"
    lines = _access_lines(place, server, 1)
    words, seconds = place.journal("served")[0].split()
    right = f"<{words}> GET /slow 200 {round(float(seconds) * 1e6)}"
    if len(lines) != 1 or lines[0].startswith("--- "):
        yield observe(False, did, f"one line on standard output, like {right}", *_lines(place, server, lines))
        return
    yield _line(did, lines[0], right, float(seconds), took)
    did = "POST /nowhere"
    begin = time.monotonic()
    wire.exchange(server.url, "POST", "/nowhere", timeout=PATIENCE)
    took = time.monotonic() - begin
    lines = _access_lines(place, server, 2)[1:]
    right = f"<{words}> POST /nowhere 404 {round(took * 1e6)}"
    yield _line(did, lines[0] if lines else "no line", right, 0.0, took)


def _access_lines(place: Deployment, server: serve.Gunicorn, number: int) -> list[str]:
    """The lines of the log that are not of the error log, as soon as there are so many."""

    def found() -> list[str]:
        own = re.sub(
            r"^\[[^\]]*\] \[\d+\] \[\w+\] .*(?:\n(?:Traceback|  ).*)*(?:\n\w+(?:Error|Exception).*)?",
            "",
            server.log,
            flags=re.M,
        )
        return [line for line in own.splitlines() if line.strip()]

    place.wait_for(lambda: len(found()) >= number or "Traceback" in server.log or _in_files(place), PATIENCE)
    place.wait_for(lambda: len(found()) >= number, BRIEF)
    return found()


def _in_files(place: Deployment) -> list[str]:
    """The names of files in which a request was logged."""
    files = [f.name for f in place.folder.iterdir() if f.is_file() and "GET" in f.read_text(errors="replace")]
    return [name for name in files if not name.endswith((".py", ".ipynb"))]


def _lines(place: Deployment, server: serve.Gunicorn, lines: list[str]) -> tuple[str, ...]:
    """What was there in place of one line, and hints."""
    failing = re.compile(r"^(?:KeyError|TypeError|ValueError): .*$", re.M)
    if "Traceback" in server.log or any(line.startswith("--- ") for line in lines):
        place.wait_for(lambda: failing.search(server.log), 2.0)
    if failed := failing.search(server.log):
        hint = "A place for a value is a percent sign, the name in round brackets, and an s: `%(m)s`."
        return f"gunicorn could not write the line: {failed[0]}", hint
    if lines:
        return f"{len(lines)} lines: " + "\n".join(
            lines
        ), "One line for each request, and nothing else on standard output."
    if files := _in_files(place):
        return (
            f"no line; there is one in the file {files[0]}",
            "A file in a container is read by nobody. One character stands for standard output: `-`.",
        )
    return (
        "no line",
        "The access log is off unless it is told where to write to.",
        "Which setting is it? `accesslog`; `-` is standard output.",
    )


PLACES = {
    "T": "This is whole seconds: of what is faster than one it says 0.",
    "M": "These are milliseconds.",
    "L": "These are seconds with a decimal point.",
}


def _line(did: str, line: str, right: str, least: float, most: float) -> Observation:
    """Whether a line of the access log is as the task says.

    Args:
        least, most: seconds that the application and the client have measured.
    """
    saw, wanted = line.split(" "), right.split(" ")
    hints: tuple[str, ...] = (
        f"Five words with one space between them: {LINE}.",
        "Which letter is which is in gunicorn's documentation, under access_log_format.",
    )
    holds = len(saw) == 5 and saw[:4] == wanted[:4]
    if "token" in line and "HTTP/1.1" not in line:
        hints = (
            "The query is in the line, and what is secret in it: here a token.",
            "The path alone has a place of its own: `%(U)s`. `%(q)s` is the query.",
        )
    elif "%" in line or "{" in line:
        hints = ("A place for a value is a percent sign, the name in round brackets, and an s: `%(m)s`.",)
    elif "?" in line or "HTTP/1.1" in line:
        hints = (
            "`%(r)s` is the whole request line, with the query and what is secret in it. Method and path have places of their own.",
        )
    elif len(saw) == 5 and saw[0] != wanted[0] and "," not in line:
        hints = ("The first word is the worker's process id, in angle brackets: gunicorn writes them itself.",)
    elif len(saw) == 5 and holds:
        number = saw[4]
        holds = number.isdigit() and least * 0.5e6 <= int(number) <= most * 2e6
        kind = "L" if "." in number else "T" if len(number) == 1 else "M"
        hints = (PLACES[kind], "Microseconds have a place of their own: `%(D)s`.")
    return observe(holds, did, f"a line like {right}", line, *hints)
