# mistake: everything short, so that a deploy is quick
# says: The log says WORKER TIMEOUT: after `graceful_timeout` an old worker is looked at again
workers = 2
timeout = 1
graceful_timeout = 1
