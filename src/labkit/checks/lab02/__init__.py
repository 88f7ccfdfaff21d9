"""The exercises of lab02, "A server, and what stands between"."""

from . import server

__all__ = ["server"]
