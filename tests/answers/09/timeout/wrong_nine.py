# mistake: a timeout that leaves one second of the ten, and needs two
# says: the worker is replaced within 10 s
# says: `timeout = 9`: the arbiter looks about once a second, sends ABRT after 9 to 10 s
workers = 3
timeout = 9
