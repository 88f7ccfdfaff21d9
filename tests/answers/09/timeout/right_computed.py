import os

SLOWEST_PAGE = 3

worker_class = "gthread"
workers = max(2, min(os.cpu_count() or 1, 3))
threads = 2
timeout = 2 * SLOWEST_PAGE
