# mistake: greenlets, which do not take turns
# says: the first request computes a report all the while
# says: in its process nobody else comes in
workers = 2
worker_class = "gevent"
worker_connections = 6
