"""Greenlets for the ledger too, one in each process; whatever is not known ends gunicorn on_starting."""

import os
import sys

slots = int(os.environ.get("SLOTS", "1"))
worker_class = "gevent"

match os.environ.get("SERVICE", ""):
    case "ledger":
        workers, worker_connections = slots, 1
    case "lounge":
        worker_class, threads = "gunicorn.workers.gthread.ThreadWorker", slots
    case "feed":
        worker_connections = slots
    case other:

        def on_starting(server):
            server.log.error("no service %r", other)
            sys.exit(3)
