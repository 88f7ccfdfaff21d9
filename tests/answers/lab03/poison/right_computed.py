from os import environ

most = int(environ.get("MOST_REQUESTS", "1000"))
workers = 3
worker_class = "sync"
timeout = 5
max_requests_jitter = most // 3
max_requests = most - max_requests_jitter
