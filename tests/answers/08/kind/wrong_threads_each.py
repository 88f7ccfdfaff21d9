# mistake: takes threads for all threads there are
# says: The product counts: each process has this many places
workers = 2
worker_class = "gthread"
threads = 12
