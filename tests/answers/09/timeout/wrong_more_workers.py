# mistake: adds workers, and leaves the timeout of two seconds to sync workers
# says: saw 500 Internal Server Error
# says: The log says WORKER TIMEOUT: the arbiter missed the heartbeat
workers = 4
timeout = 2
