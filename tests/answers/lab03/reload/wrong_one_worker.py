# mistake: one sync worker: while it is in a long request, nobody answers
# says: GET /order, which takes long, and GET / beside it
# says: How many requests does the configuration let in at once? Here it is one.
graceful_timeout = 60
