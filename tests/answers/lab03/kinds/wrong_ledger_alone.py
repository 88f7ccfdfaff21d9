# mistake: one worker for the ledger
# says: saw 1 at once, in 1 process
# says: how many processes does that make for SLOTS at once
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

workers = 1
if service == "feed":
    worker_class, worker_connections = "gevent", slots
elif service == "lounge":
    threads = slots
elif service != "ledger":
    raise ValueError(service)
