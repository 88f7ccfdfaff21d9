"""The exercises of lab03, "gunicorn, configured and kept alive"."""

from . import capacity

__all__ = ["capacity"]
