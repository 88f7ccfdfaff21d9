# mistake: one worker
# says: the second does not get in while the first is there
import os

timeout = 4
max_requests = int(os.environ["MOST_REQUESTS"]) // 2
max_requests_jitter = 10
