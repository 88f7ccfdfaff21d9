# mistake: leaves graceful_timeout at its 30 s
# says: Which setting says how long the arbiter waits for its workers after TERM?
workers = 3
