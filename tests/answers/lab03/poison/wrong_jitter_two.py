# mistake: as near to the limit as it goes, and no room for the jitter
# says: max_requests_jitter is 2: how many different numbers can that give?
import os

most = int(os.environ["MOST_REQUESTS"])
workers = 3
timeout = 5
max_requests, max_requests_jitter = most - 2, 2
