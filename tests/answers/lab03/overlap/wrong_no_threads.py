# mistake: forgets that a sync worker has one request at a time
# says: saw 3 at once, 1 in each of 3 processes
# says: A worker of the kind `sync` has one request inside
import os

workers = int(os.environ.get("WEB_PROCESSES", 2))
worker_connections = int(os.environ.get("WEB_SLOTS", workers)) // workers
