# mistake: fits the example alone
# says: with neither variable
# says: saw 12 at once, 4 in each of 3 processes
workers = 3
threads = 4
