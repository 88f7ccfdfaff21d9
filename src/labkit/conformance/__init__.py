"""Does this server, or this application, keep PEP 3333? One check, run again at every hop, clause by
clause.
"""

from importlib import import_module
from typing import Any

# Loaded when first used: the recorder runs inside a learner's server, which must not load the rest.
_WHERE = {
    "from_outside": "outside",
    "from_inside": "inside",
    "middleware": "inside",
    "Request": "inside",
    "Report": "report",
    "Row": "report",
    "Clause": "report",
    "clauses": "report",
    "Recorder": "recorder",
    "Finding": "rules",
    "findings": "rules",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"labkit.conformance has no {name!r}; it offers {', '.join(__all__)}")
    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
