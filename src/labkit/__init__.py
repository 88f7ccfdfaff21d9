"""The kit of Callable to Cluster: start real servers, drive them, see what happened, and check exercises.

A notebook imports from here only the names in ``__all__``. Each is loaded when it is first used, so that
``from labkit import check`` does not wait for the plotting library.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_WHERE = {
    "serve": "labkit.serve",
    "load": "labkit.load",
    "trace": "labkit.trace",
    "show": "labkit.show",
    "bench": "labkit.bench",
    "conformance": "labkit.conformance",
    "doctor": "labkit.doctor",
    "Trace": "labkit.trace:Trace",
    "stamp": "labkit.stamping:stamp",
    "wire": "labkit.wire",
    "predict": "labkit.show:predict",
    "check": "labkit.checks:check",
    "require": "labkit.checks:require",
    "NotYet": "labkit.checks:NotYet",
    "scratch": "labkit.workspace:scratch",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"labkit has no {name!r}; it offers {', '.join(__all__)}")
    module, _, attribute = _WHERE[name].partition(":")
    found = import_module(module)
    value = getattr(found, attribute) if attribute else found
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
