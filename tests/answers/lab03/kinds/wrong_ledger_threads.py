# mistake: threads for code that is not thread-safe
# says: Two requests met in one process
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

if service == "feed":
    worker_class, worker_connections = "gevent", slots
elif service in ("ledger", "lounge"):
    threads = slots
else:
    raise ValueError(service)
