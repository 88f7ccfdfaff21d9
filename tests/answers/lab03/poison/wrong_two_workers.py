# mistake: two workers, and both are held
# says: two are inside, and nobody is left for the third
import os

workers = 2
timeout = 4
max_requests = int(os.environ["MOST_REQUESTS"]) // 2
max_requests_jitter = 10
