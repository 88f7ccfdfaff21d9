# mistake: threads, and everything else as it is by default
# says: saw `graceful_timeout` is 30, and `timeout` is 30
threads = 8
