# mistake: fits the example alone
# says: with neither variable
# says: 3 processes
workers = 3
threads = 4
