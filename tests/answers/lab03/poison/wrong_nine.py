# mistake: forgets how long the arbiter needs to end a worker that will not
# says: saw with `timeout` = 9 it can be later
import os

workers = 4
timeout = 9
max_requests = int(os.environ["MOST_REQUESTS"]) // 2
max_requests_jitter = 10
