# mistake: fits the example alone
# says: with neither variable
# says: in 3 processes
workers = 3
threads = 4
