"""The exercises of lab03, "gunicorn, configured and kept alive"."""

from . import capacity, survive

__all__ = ["capacity", "survive"]
