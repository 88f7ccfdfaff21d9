"""Each worker has a number of its own, given in a hook."""

import os
import random

most = int(os.environ["MOST_REQUESTS"])
workers = 4
timeout = 4
max_requests = most


def post_fork(server, worker):
    worker.max_requests = random.randint(most // 3, most)
