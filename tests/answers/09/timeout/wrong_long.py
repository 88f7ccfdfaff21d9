# mistake: a timeout so long that a stuck worker stays
# says: saw it is still there
# says: `timeout = 120`: so long a worker may be silent
workers = 3
timeout = 120
