# mistake: sets the heartbeat's limit, which says nothing about a stop
# says: `timeout` is about workers that do not report any more, and says nothing about a stop.
import os

workers = 3
timeout = int(os.environ["GRACE_SECONDS"]) - 1
