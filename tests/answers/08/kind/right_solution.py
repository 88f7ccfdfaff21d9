workers = 2
worker_class = "gthread"
threads = 6
