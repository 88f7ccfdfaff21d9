# mistake: preload alone: all workers share the arbiter's link
# says: The link was opened before the fork.
workers = 4
preload_app = True
