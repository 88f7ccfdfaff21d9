# mistake: several processes where the state is in memory
# says: There is more than one process: what one has in its memory, the other does not see
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

if service == "ledger":
    workers = slots
elif service == "lounge":
    workers, threads = 2, slots // 2
elif service == "feed":
    worker_class, worker_connections = "gevent", slots
else:
    raise ValueError(service)
