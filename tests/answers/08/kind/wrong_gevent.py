# mistake: greenlets without a bound
# says: What bounds the number of requests inside one worker of this kind?
workers = 2
worker_class = "gevent"
