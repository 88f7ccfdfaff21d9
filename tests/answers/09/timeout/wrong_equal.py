# mistake: a timeout of exactly what a report takes, for a worker that is silent meanwhile
# says: saw 500 Internal Server Error
# says: nothing is left between the two
workers = 3
timeout = 4
