"""The exercises of lab02, "A server, and what stands between"."""

from . import middleware, server

__all__ = ["middleware", "server"]
