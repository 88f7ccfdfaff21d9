"""The applications that the examination of 02/call hands to a learner's ``call``; each notes how it is treated.

``run(file, scene)`` imports the learner's module, calls its ``call`` with the application of that scene, and returns
what came of it as literals: ``value`` or ``raised``, and the application's notes.
"""

import ast
import importlib
import sys
import traceback

WSGI = {
    "wsgi.version": tuple,
    "wsgi.url_scheme": str,
    "wsgi.input": object,
    "wsgi.errors": object,
    "wsgi.multithread": object,
    "wsgi.multiprocess": object,
    "wsgi.run_once": object,
}
CGI = ("REQUEST_METHOD", "PATH_INFO", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL")
HEADERS = [("Content-Type", "text/plain"), ("X-Tea", "green")]


def run(file, scene):
    """Play one scene: the name of a function below."""
    call = importlib.import_module(file).call
    notes = {"closed": 0, "gave": 0}
    request, app = SCENES[scene](notes)
    try:
        value = call(app, *request)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what came of the scene
        frames = [[f.filename, f.lineno, f.name, f.line] for f in traceback.extract_tb(error.__traceback__)]
        own = [frame for frame in frames if frame[0] != __file__]
        notes["raised"] = {"type": type(error).__name__, "message": str(error), "frames": own, "function": "call"}
    else:
        notes["value"] = literal(value)
    return notes


def literal(value):
    """A value that can be written down; a part that cannot be is replaced by its repr."""
    try:
        ast.literal_eval(repr(value))
    except (ValueError, SyntaxError):
        return tuple(map(literal, value)) if isinstance(value, tuple) else repr(value)
    return value


def faults(environ):
    """What is wrong with an environ, one sentence each."""
    if type(environ) is not dict:
        return [f"environ is a {type(environ).__name__}; it has to be a real dict"]
    found = [f"environ has no {name!r}" for name in (*CGI, *WSGI) if name not in environ]
    found += [
        f"environ[{name!r}] is {value!r}; it has to be text"
        for name, value in environ.items()
        if name.isupper() and not isinstance(value, str)
    ]
    found += [
        f"environ[{name!r}] is {environ[name]!r}"
        for name, kind in WSGI.items()
        if name in environ and not isinstance(environ[name], kind)
    ]
    for name in ("REQUEST_METHOD", "SERVER_NAME", "SERVER_PORT"):
        if environ.get(name) == "":
            found.append(f"environ[{name!r}] is empty")
    return found


class Iterable:
    """Two blocks; it notes what is done with it. ``fails``: it raises instead of giving the second."""

    def __init__(self, notes, fails=False):
        self.notes, self.fails = notes, fails
        self.blocks = iter([b"two ", b"cups"])

    def __iter__(self):
        return self

    def __next__(self):
        if self.notes["closed"]:
            self.notes["after_close"] = True
        if self.fails and self.notes["gave"]:
            raise LookupError("the kettle is empty")
        block = next(self.blocks)
        self.notes["gave"] += 1
        return block

    def close(self):
        self.notes["closed"] += 1


def a_list(notes):
    """The smallest application; it looks closely at what it is given."""

    def app(*arguments, **keywords):
        notes["calls"] = notes.get("calls", 0) + 1
        notes["arguments"] = (len(arguments), sorted(keywords))
        environ, start_response = arguments or keywords.values()
        notes["faults"] = faults(environ)
        notes["environ"] = {name: environ.get(name) for name in ("REQUEST_METHOD", "PATH_INFO")}
        notes["write"] = callable(start_response("200 OK", list(HEADERS)))
        return [b"two ", b"cups"]

    return ("GET", "/tea"), app


def a_generator(notes):
    """It calls start_response when its first block is asked for."""

    def app(environ, start_response):
        start_response("200 OK", list(HEADERS))
        yield b"two "
        yield b"cups"

    return ("GET", "/tea"), app


def a_writer(notes):
    """It gives a part of the body to write()."""

    def app(environ, start_response):
        write = start_response("200 OK", list(HEADERS))
        write(b"two ")
        return [b"cups"]

    return ("GET", "/tea"), app


def a_reader(notes):
    """It reads the body of the request."""

    def app(environ, start_response):
        notes["faults"] = faults(environ)
        notes["length"] = environ.get("CONTENT_LENGTH")
        size = notes["length"] if isinstance(notes["length"], str) and notes["length"].isdigit() else 0
        notes["read"] = literal(environ["wsgi.input"].read(int(size)))
        start_response("201 Created", list(HEADERS))
        return [b"ordered"]

    return ("POST", "/orders", b"two cups"), app


def a_traveller(notes):
    """It looks at a path that is not ASCII."""

    def app(environ, start_response):
        notes["path"] = literal(environ.get("PATH_INFO"))
        start_response("200 OK", list(HEADERS))
        return []

    return ("GET", "/차/🍵"), app


def a_penitent(notes):
    """It replaces its headers, in an error handler."""

    def app(environ, start_response):
        start_response("200 OK", list(HEADERS))
        try:
            raise LookupError("the kettle is empty")
        except LookupError:
            start_response("500 Internal Server Error", [("Content-Type", "text/plain")], sys.exc_info())
        return [b"sorry"]

    return ("GET", "/tea"), app


def a_waverer(notes):
    """It calls start_response twice, without exc_info."""

    def app(environ, start_response):
        start_response("200 OK", list(HEADERS))
        start_response("404 Not Found", list(HEADERS))
        return [b"two cups"]

    return ("GET", "/tea"), app


def a_holder(notes):
    """Its iterable has close()."""

    def app(environ, start_response):
        start_response("200 OK", list(HEADERS))
        return Iterable(notes)

    return ("GET", "/tea"), app


def a_failure(notes):
    """Its iterable has close(), and raises after the first block."""

    def app(environ, start_response):
        start_response("200 OK", list(HEADERS))
        return Iterable(notes, fails=True)

    return ("GET", "/tea"), app


SCENES = {
    play.__name__: play
    for play in (
        a_list, a_generator, a_writer, a_reader, a_traveller, a_penitent, a_waverer, a_holder, a_failure
    )
}  # fmt: skip
