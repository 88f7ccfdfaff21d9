# mistake: takes the ten seconds themselves for the timeout
# says: the worker is replaced within 10 s
# says: `timeout = 10`: the arbiter looks about once a second, sends ABRT after 10 to 11 s
# says: What is left of the ten seconds?
threads = 4
timeout = 10
