"""Call a learner's functions: ``python run_module.py MODULE CALLS OUTCOMES`` (two files of literals)."""

import ast
import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import Any


def outcome(module: object, name: str, *arguments: Any) -> dict[str, Any]:
    """Call one function; what it returned or raised, as literals."""
    try:
        if not hasattr(module, name):
            raise NameError(f"the file defines no {name!r}")
        value = getattr(module, name)(*arguments)
    except BaseException as error:  # noqa: BLE001 - whatever the learner's code raises is an outcome
        frames = [[f.filename, f.lineno, f.name, f.line] for f in traceback.extract_tb(error.__traceback__)]
        return {"raised": {"type": type(error).__name__, "message": str(error), "frames": frames, "function": name}}
    try:
        ast.literal_eval(repr(value))
    except (ValueError, SyntaxError):
        return {"value": repr(value)}
    return {"value": value}


def main(name: str, asked: str, told: str) -> None:
    """Load the module and make the calls; each outcome is written as soon as it is there."""
    sys.path.insert(0, os.getcwd())
    module = importlib.import_module(name)
    with open(told, "w") as out:
        for call in ast.literal_eval(Path(asked).read_text()):
            out.write(repr(outcome(module, *call)) + "\n")
            out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
