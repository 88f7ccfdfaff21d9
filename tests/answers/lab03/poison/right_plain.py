import os

workers = 4
timeout = 4
max_requests = int(os.environ["MOST_REQUESTS"]) // 2
max_requests_jitter = max_requests // 2
