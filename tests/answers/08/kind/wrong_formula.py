# mistake: the formula, whatever the application is
# says: saw 5
cores = 2
workers = 2 * cores + 1
threads = 12 // workers
