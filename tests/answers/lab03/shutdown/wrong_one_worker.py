# mistake: one sync worker, and it is the one that is stuck
# says: While one request is stuck, there has to be a place for another.
import os

graceful_timeout = int(os.environ["GRACE_SECONDS"]) - 1
