# mistake: makes workers leave all the time so that new code comes by itself
# says: What makes workers start here, before HUP?
workers = 2
max_requests = 5
