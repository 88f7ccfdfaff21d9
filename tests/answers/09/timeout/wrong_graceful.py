# mistake: takes graceful_timeout for the limit of a request
# says: saw 500 Internal Server Error
# says: `graceful_timeout` counts from the moment when a worker is asked to stop
workers = 2
timeout = 2
graceful_timeout = 30
