# mistake: a timeout that is shorter than an honest request
# says: A request that takes its time is no poison. Who ended its worker?
import os

workers = 4
timeout = 1
max_requests = int(os.environ["MOST_REQUESTS"]) // 2
max_requests_jitter = 10
