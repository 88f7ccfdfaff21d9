# mistake: removes the timeout and gets the default
# says: saw it is still there
# says: `timeout = 30`: so long a worker may be silent
workers = 3
threads = 3
