"""What a learner finds where a solution was, by the type of the file that the cell writes.

nbgrader has one stub for each kernel language, so the region of a ``%%writefile nginx.conf`` cell would become a Python
``raise``. Here the first line of the cell decides. This module needs only the standard library.
"""

import re
import shlex
import warnings
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
WORDS = "Write your answer here, then run this cell."

STUBS: dict[str, str] = {
    "python": f'# YOUR CODE HERE\nraise NotImplementedError("{WORDS}")',
    "shell": f"# {WORDS}\nexit 1",
    "hash": f"# {WORDS}",
    "slashes": f"// {WORDS}",
    "stars": f"/* {WORDS} */",
    "markup": f"<!-- {WORDS} -->",
}
"""One stub for each kind of file. ``hash``, ``slashes``, ``stars`` and ``markup`` are named for their comments."""

_BY_ENDING = {
    **dict.fromkeys(("py", "pyi", "wsgi"), "python"),
    **dict.fromkeys(("sh", "bash"), "shell"),
    **dict.fromkeys(
        ("conf", "yaml", "yml", "cfg", "toml", "env", "txt", "mk", "service", "dockerfile", "containerfile"), "hash"
    ),
    **dict.fromkeys(("js", "mjs"), "slashes"),
    "css": "stars",
    **dict.fromkeys(("html", "htm", "xml", "svg", "md"), "markup"),
}
_BY_NAME = {
    **dict.fromkeys(("dockerfile", "containerfile", "makefile", ".dockerignore", ".containerignore", ".env"), "hash"),
}
_WRITE_MAGICS = {"writefile", "file"}
_SHELL_MAGICS = {"bash", "sh"}


class StubError(ValueError):
    """A solution region that no stub can replace; the message says which and why."""


@dataclass(frozen=True)
class FileCell:
    """A cell whose first line is a cell magic that takes the rest of it for itself.

    ``kind`` is a key of :data:`STUBS`; ``name`` is the file that is written, or None for a shell cell; ``append`` is True
    for ``%%writefile -a``.
    """

    kind: str
    name: str | None
    append: bool


def kind_of(name: str) -> str:
    """The kind of stub for a file of this name (``gunicorn.conf.py`` is Python, ``nginx.conf`` is not).

    Raises :class:`StubError` when the type is unknown: a wrong comment would break the file.
    """
    base = PurePosixPath(name).name.lower()
    if base in _BY_NAME:
        return _BY_NAME[base]
    stem, _, ending = base.rpartition(".")
    if ending in _BY_ENDING and stem:
        return _BY_ENDING[ending]
    if base.startswith(("dockerfile.", "containerfile.")):
        return "hash"
    known = ", ".join(f".{ending}" for ending in sorted(_BY_ENDING))
    raise StubError(
        f"no stub is known for the file {name!r}; known are {known}, Dockerfile, Containerfile and Makefile"
    )


def file_cell(source: str) -> FileCell | None:
    """What a cell's magic writes or runs, or None for a cell of plain Python (or another magic)."""
    first = source.lstrip().partition("\n")[0].strip()
    if not first.startswith("%%"):
        return None
    try:
        words = shlex.split(first[2:])
    except ValueError:
        words = first[2:].split()
    if not words:
        return None
    magic, arguments = words[0], words[1:]
    if magic in _SHELL_MAGICS:
        return FileCell("shell", None, False)
    if magic in _WRITE_MAGICS:
        names = [word for word in arguments if not word.startswith("-")]
        if len(names) == 1:
            return FileCell(kind_of(names[0]), names[0], bool({"-a", "--append"} & set(arguments)))
    return None


def written_files(notebook: dict[str, Any]) -> list[str]:
    """The names of the files that a notebook's cells write with ``%%writefile``, in order, each once.

    They are the learner's work: grading must not replace them by files of the same name from ``solutions/``.
    """
    names: list[str] = []
    for cell in notebook.get("cells", []):
        if cell.get("cell_type") != "code":
            continue
        source = cell.get("source", "")
        try:
            found = file_cell(source if isinstance(source, str) else "".join(source))
        except StubError:
            continue
        if found and found.name and found.name not in names:
            names.append(found.name)
    return names


def clear_file_cell(
    source: str, cell: FileCell, stubs: dict[str, str] = STUBS, begin: str = BEGIN, end: str = END
) -> str:
    """The cell's source with a stub in place of every solution region, or of all after the magic when it has none.

    A Python file stays valid Python. A region that is no statement (an entry of a dict, say) leaves a comment instead of
    the ``raise``. Raises :class:`StubError` for regions that are nested, not closed, or cannot be replaced.
    """
    lines = source.split("\n")
    magic = next(index for index, line in enumerate(lines) if line.strip())
    head, body = lines[: magic + 1], lines[magic + 1 :]
    stub = stubs[cell.kind].split("\n")
    pieces = _split(body, begin, end)
    if not any(isinstance(piece, _Region) for piece in pieces):
        return "\n".join([*head, *stub])
    text = "\n".join(_fill(pieces, [stub] * len(pieces)))
    if cell.kind == "python" and (problem := _syntax_error(text)):
        if solved := _syntax_error("\n".join(body)):
            if cell.append:  # a part of a file need not be a whole one
                return "\n".join([*head, *text.split("\n")])
            raise StubError(f"the solution of {cell.name} is not valid Python by itself: {solved}")
        text = "\n".join(_fill(pieces, _python_stubs(pieces, stub)))
        if problem := _syntax_error(text):
            raise StubError(f"no stub leaves {cell.name} valid Python ({problem}); move BEGIN or END SOLUTION")
    return "\n".join([*head, *text.split("\n")])


@dataclass(frozen=True)
class _Region:
    indent: str
    lines: tuple[str, ...]


def _split(body: list[str], begin: str, end: str) -> list["str | _Region"]:
    """The lines outside regions as they are, each region as one piece."""
    pieces: list[str | _Region] = []
    inside: list[str] | None = None
    marker = ""
    for line in body:
        if begin in line:
            if inside is not None:
                raise StubError("a BEGIN SOLUTION inside a solution region")
            inside, marker = [], line
        elif end in line:
            if inside is None:
                raise StubError("an END SOLUTION without its BEGIN SOLUTION")
            first = next((text for text in inside if text.strip()), marker)
            indent = re.match(r"\s*", marker if not first.strip() else first)
            pieces.append(_Region(indent.group(0) if indent else "", tuple(inside)))
            inside = None
        elif inside is not None:
            inside.append(line)
        else:
            pieces.append(line)
    if inside is not None:
        raise StubError("a BEGIN SOLUTION without its END SOLUTION")
    return pieces


def _fill(pieces: list["str | _Region"], stubs: list[list[str]]) -> list[str]:
    filled: list[str] = []
    for piece, stub in zip(pieces, stubs, strict=True):
        if isinstance(piece, _Region):
            filled += [piece.indent + line for line in stub]
        else:
            filled.append(piece)
    return filled


def _python_stubs(pieces: list["str | _Region"], stub: list[str]) -> list[list[str]]:
    """For each region the stub if it can stand there (the other regions kept as solved), else its comment lines."""
    chosen = []
    for index, piece in enumerate(pieces):
        if not isinstance(piece, _Region):
            chosen.append(stub)
            continue
        solved = [list(p.lines) if isinstance(p, _Region) else [p] for p in pieces]
        solved[index] = [piece.indent + line for line in stub]
        fits = not _syntax_error("\n".join(line for lines in solved for line in lines))
        chosen.append(stub if fits else [f"# {WORDS}"])
    return chosen


def _syntax_error(text: str) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<cell>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return str(error)
    return None
