# mistake: as many threads as the formula gives workers
# says: saw 10 at once, 5 in each of 2 processes
# says: Places for each process, times processes
workers = 2
threads = 5
