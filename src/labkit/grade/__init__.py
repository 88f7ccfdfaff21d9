"""nbgrader's side of the course: what a lab looks like when it is released, and how a submission is examined.

This room runs notebooks and files. It knows no exercise and nothing else of the kit.
``nbgrader_config.py`` switches its parts on by name; each is loaded when it is first used, because importing
nbgrader takes seconds.
"""

from importlib import import_module
from typing import Any

_WHERE = {
    "ClearSolutionsByFile": "labkit.grade.clear",
    "RestoreCells": "labkit.grade.restore",
    "SubmissionExporter": "labkit.grade.submission",
    "TwoPhaseExecute": "labkit.grade.examiner",
    "add_missing_notebooks": "labkit.grade.submission",
    "generate_labs": "labkit.grade.labs",
    "written_files": "labkit.grade.stubs",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"labkit.grade has no {name!r}; it offers {', '.join(__all__)}")
    value = getattr(import_module(_WHERE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
