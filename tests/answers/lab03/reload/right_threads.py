worker_class = "gthread"
threads = 8
graceful_timeout = 100
