# mistake: takes the seconds for milliseconds
# says: How long does the arbiter wait for the request that is stuck, and how long does the platform?
import os

workers = 3
graceful_timeout = int(os.environ["GRACE_SECONDS"]) * 1000 // 2
