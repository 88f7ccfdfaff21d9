# mistake: the old workers may finish for one second only
# says: It has given up before the request was over
worker_class = "gevent"
workers = 2
graceful_timeout = 1
