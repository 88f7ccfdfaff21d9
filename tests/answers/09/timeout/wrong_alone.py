# mistake: a longer timeout for the only worker: everybody waits for the report
# says: GET / while a report is being made
# says: Who is there for the other visitors, while the worker waits for its database?
workers = 1
timeout = 6
