# mistake: two sync workers
# says: saw 2 at once, 1 in each of 2 processes
# says: these workers have a single place each
workers = 2
