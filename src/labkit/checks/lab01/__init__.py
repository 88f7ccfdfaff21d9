"""The exercises of lab01, "A small tea shop as raw WSGI callables"."""

from . import dialogue, transfer

__all__ = ["dialogue", "transfer"]
