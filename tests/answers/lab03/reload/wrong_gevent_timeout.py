# mistake: with gevent it is not `timeout` that ends an old worker's requests
# says: saw `graceful_timeout` is 30
worker_class = "gevent"
timeout = 120
