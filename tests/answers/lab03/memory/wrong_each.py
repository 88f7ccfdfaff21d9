# mistake: each worker loads the table
# says: Who could load it once, for all of them?
workers = 3
