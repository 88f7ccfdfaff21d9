# mistake: forgets that the jitter comes on top
# says: Some worker has taken more requests than MOST_REQUESTS. How many can it be at most, by your file?
import os

workers = 3
timeout = 4
max_requests = int(os.environ["MOST_REQUESTS"])
max_requests_jitter = 20
