# mistake: as many threads as the feed may have, and everybody else waits
# says: saw 16 at once, in 1 process
# says: Which kind of worker waits for many requests with one thread?
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

if service == "ledger":
    workers = slots
elif service == "lounge":
    threads = slots
elif service == "feed":
    threads = 16
else:
    raise ValueError(service)
