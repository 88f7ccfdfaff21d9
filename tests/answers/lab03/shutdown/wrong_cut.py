# mistake: stops at once, whatever is being done
# says: TERM asks for a graceful stop: a request that needs less than half of the time is finished.
workers = 3
graceful_timeout = 1
