import os

grace = int(os.environ.get("GRACE_SECONDS") or 30)
worker_class = "gevent"
timeout = 120
graceful_timeout = max(1, grace - 1)
