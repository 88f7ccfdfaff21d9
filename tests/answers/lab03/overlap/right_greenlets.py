"""Greenlets, bounded by the connections that a worker takes."""

import os

workers = int(os.getenv("WEB_PROCESSES") or 2)
worker_class = "gevent"
worker_connections, rest = divmod(int(os.getenv("WEB_SLOTS") or workers), workers)
assert not rest
