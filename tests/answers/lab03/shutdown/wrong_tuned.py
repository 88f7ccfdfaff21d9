# mistake: fits the platform of the visible check only
# says: with GRACE_SECONDS=20 expected from 10 to 19 saw 3
workers = 3
graceful_timeout = 3
