# mistake: all places in one process
# says: saw 1
# says: The file says nothing about `workers`
worker_class = "gthread"
threads = 12
