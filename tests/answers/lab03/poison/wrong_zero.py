# mistake: takes timeout = 0 for "at once"
# says: What does gunicorn's documentation say about `timeout = 0`?
import os

workers = 4
timeout = 0
max_requests = int(os.environ["MOST_REQUESTS"]) // 2
max_requests_jitter = 10
