# mistake: switches the watch off
# says: saw it is still there
# says: A timeout of 0 switches the watch off
workers = 3
timeout = 0
