# mistake: leaves timeout at its 30 s
# says: it goes on and on
# says: A stuck worker is ended when it has not reported for `timeout` seconds.
import os

workers = 4
max_requests = int(os.environ["MOST_REQUESTS"]) // 2
max_requests_jitter = 10
