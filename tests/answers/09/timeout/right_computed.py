import os

SLOWEST_PAGE = 4

worker_class = "gthread"
workers = max(2, min(os.cpu_count() or 1, 3))
threads = 3
timeout = SLOWEST_PAGE + 2
