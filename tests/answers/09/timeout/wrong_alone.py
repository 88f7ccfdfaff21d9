# mistake: a longer timeout for the only worker: everybody waits for the report
# says: GET / while two reports are being made
# says: saw one of the two is not even begun
# says: Who is there for the other visitors, while the worker waits for its database?
workers = 1
timeout = 6
