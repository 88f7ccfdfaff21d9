"""One greenlet a visitor; gevent's loop beats meanwhile."""

worker_class = "gevent"
workers = 2
timeout = 3
graceful_timeout = 8
