import os

workers = min(3, 1 + (os.cpu_count() or 1))
worker_class = "gevent"
graceful_timeout = 100
accesslog = "-"
