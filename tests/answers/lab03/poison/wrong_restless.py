# mistake: a new process for nearly every request
# says: A new process costs time and memory. How often does one begin?
workers = 3
timeout = 4
max_requests = 2
max_requests_jitter = 3
