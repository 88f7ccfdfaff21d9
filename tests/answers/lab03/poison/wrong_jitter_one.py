# mistake: a jitter of one, which makes two numbers
# says: max_requests_jitter is 1: how many different numbers can that give?
import os

workers = 4
timeout = 4
max_requests = int(os.environ["MOST_REQUESTS"]) // 2
max_requests_jitter = 1
