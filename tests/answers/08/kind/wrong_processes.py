# mistake: a process for each request
# says: expected 2 worker processes saw 12
# says: What else than a process can hold a request
workers = 12
