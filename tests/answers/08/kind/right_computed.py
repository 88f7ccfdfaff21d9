"""Two processes that share the connections to the service."""

CONNECTIONS = 12

workers = 2
worker_class = "gunicorn.workers.gthread.ThreadWorker"
threads = CONNECTIONS // workers
preload_app = True
timeout = 60


def when_ready(server):
    server.log.info("%s places", CONNECTIONS)
