# mistake: more threads, so the worker goes on reporting while one of them is stuck
# says: A thread is stuck, and the worker goes on reporting to the arbiter
import os

workers = 4
threads = 4
timeout = 4
max_requests = int(os.environ["MOST_REQUESTS"]) // 2
max_requests_jitter = 5
