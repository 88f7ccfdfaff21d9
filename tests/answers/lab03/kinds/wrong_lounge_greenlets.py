# mistake: greenlets where somebody computes
# says: One request computes, and nobody else comes in
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

workers = 1
if service == "ledger":
    workers = slots
elif service in ("lounge", "feed"):
    worker_class, worker_connections = "gevent", slots
else:
    raise ValueError(service)
