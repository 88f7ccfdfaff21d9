"""The application that the examinations of lab02 hand to a learner's server: the guests, and parts played by the book.

``/part/environ`` tells what the server has put into environ. ``/part/play`` does what the journal's file ``play`` says
(JSON; the steps are below), and notes in ``notes`` what came of it, a line of JSON for each thing.
"""

import json
import os
import sys
import time
from pathlib import Path

JOURNAL = Path(os.environ["LABKIT_JOURNAL"])


class PartError(Exception):
    """The failure that a part is told to have."""


def app(*arguments, **named):
    """Play the part that the path names; everything else is for the guests."""
    environ, start_response = [*arguments, *named.values()][:2]
    path = environ.get("PATH_INFO") if hasattr(environ, "get") else None
    if not isinstance(path, str) or "/part/environ" in path:
        return tell_environ(environ, start_response, len(arguments), sorted(named))
    if "/part/play" in path:
        return Play(environ, start_response, json.loads((JOURNAL / "play").read_text(encoding="utf-8"))).begin()
    note("called", path=path)
    if path in ("/health", "/go", "/notes"):
        import shop

        return shop.app(environ, start_response)
    import guests  # with Flask, which takes a while and which most examinations do without

    return guests.app(environ, start_response)


def note(what, **more):
    """Write a line into the notes."""
    with open(JOURNAL / "notes", "a", encoding="utf-8") as file:
        file.write(json.dumps({"what": what, **more}) + "\n")


def tell_environ(environ, start_response, positional, named):
    """The types and values of environ, and how the application was called."""
    note("told")
    found = {str(key): (type(value).__name__, repr(value)) for key, value in dict(environ).items()}
    found["wsgi.input"] = (found.get("wsgi.input", ("",))[0], methods(environ, "input"))
    found["wsgi.errors"] = (found.get("wsgi.errors", ("",))[0], methods(environ, "errors"))
    told = {"type": type(environ).__name__, "positional": positional, "named": named, "variables": found}
    told["flags"], told["errors"] = flags(environ), writes(environ.get("wsgi.errors"))
    body = json.dumps(told).encode()
    write = start_response("200 OK", [("Content-Type", "application/json")])
    return [body if callable(write) else body.replace(b'"positional"', b'"no_write": true, "positional"', 1)]


def flags(environ):
    """The process that we are in, and what the server says about it and its threads."""
    names = ("multithread", "multiprocess", "run_once")
    return {"pid": os.getpid(), **{name: bool(environ.get(f"wsgi.{name}")) for name in names}}


def writes(stream):
    """What is wrong with writing text to a stream; empty when nothing is."""
    try:
        stream.write("the application writes to wsgi.errors: th\u00e9\n")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what came of it
        return f"{type(error).__name__}: {error}"
    return ""


def methods(environ, stream):
    """The methods that PEP 3333 asks of a stream and that this one has."""
    wanted = {"input": "read readline readlines __iter__", "errors": "flush write writelines"}[stream]
    return " ".join(name for name in wanted.split() if hasattr(environ.get(f"wsgi.{stream}"), name))


class Play:
    """One request by the book. ``call`` has the steps inside the call, ``blocks`` those of the iterable.

    The steps: ``start STATUS HEADERS``, ``again STATUS HEADERS`` (with exc_info), ``block TEXT``, ``wait NAME`` (until
    the journal has a file of that name), ``fail TEXT``, ``flood COUNT`` (blocks of 64 KB), ``read METHOD ARGUMENT`` (of
    wsgi.input), ``whole`` (read the whole body), ``give KIND`` (something that is no bytes), ``reads`` (a block with what
    was read), ``flags`` (a block with the process and its flags). ``list`` asks for the blocks as a list.
    """

    def __init__(self, environ, start_response, book):
        self.environ, self.start_response, self.book = environ, start_response, book
        self.got, self.write = [], None

    def note(self, what, **more):
        note(what, run=self.book["run"], **more)

    def begin(self):
        self.note("called", length=self.environ.get("CONTENT_LENGTH"))
        for step in self.book.get("call", []):
            for block in self.step(*step):
                self.write(block)
                self.note("written")
        if self.book.get("list"):
            return [block for step in self.book["blocks"] for block in self.step(*step)]
        self.blocks = self.run()
        return self

    def run(self):
        for step in self.book.get("blocks", []):
            yield from self.step(*step)
        self.note("exhausted")

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.blocks)

    def close(self):
        self.note("closed")

    def step(self, what, *more):
        return getattr(self, f"do_{what}")(*more) or ()

    def do_start(self, status, headers, *_):
        try:
            self.write = self.start_response(status, [tuple(pair) for pair in headers])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what came of it
            self.note("refused", type=type(error).__name__)
            raise
        self.note("started")

    def do_again(self, status, headers):
        try:
            raise PartError("the part has changed its mind")
        except PartError as original:
            try:
                self.write = self.start_response(status, [tuple(pair) for pair in headers], sys.exc_info())
            except BaseException as error:
                self.note("raised", same=error is original, type=type(error).__name__)
                raise
            self.note("replaced")

    def do_block(self, text):
        self.note("block", text=text[:40])
        yield text.encode("latin-1")

    def do_give(self, kind):
        yield {"text": "no bytes", "number": 7, "none": None}[kind]

    def do_wait(self, name):
        until = time.monotonic() + 6
        while not (JOURNAL / name).exists() and time.monotonic() < until:
            time.sleep(0.005)
        self.note("waited", released=(JOURNAL / name).exists())

    def do_fail(self, text):
        raise PartError(text)

    def do_flood(self, count):
        for _ in range(count):
            yield b"x" * 65536

    def do_read(self, method, *arguments):
        self.note("read", method=method)
        source = self.environ["wsgi.input"]
        value = next(iter(source), b"") if method == "next" else getattr(source, method)(*arguments)
        self.got.append(repr(value))

    def do_whole(self):
        """Read the body as an application may: up to CONTENT_LENGTH, or to the end that the server promises."""
        source, length = self.environ["wsgi.input"], self.environ.get("CONTENT_LENGTH") or ""
        ends = self.environ.get("wsgi.input_terminated")
        self.got += [repr(source.read(int(length)) if length else source.read() if ends else b""), repr(length)]
        self.got.append(repr(bool(ends)))

    def do_reads(self):
        yield json.dumps(self.got).encode()

    def do_flags(self):
        yield json.dumps(flags(self.environ)).encode()
