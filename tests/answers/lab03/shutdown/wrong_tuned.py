# mistake: fits the platform of the visible check only
# says: waited for the end, until 3 s after TERM
# says: The platform does not wait for the arbiter to tidy up
workers = 3
graceful_timeout = 3
