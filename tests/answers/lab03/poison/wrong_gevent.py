# mistake: gevent, so the worker goes on reporting while one greenlet is stuck
# says: The request is one greenlet of many
import os

workers = 4
worker_class = "gevent"
timeout = 4
max_requests = int(os.environ["MOST_REQUESTS"]) // 2
max_requests_jitter = 5
