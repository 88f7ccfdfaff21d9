# mistake: takes no SERVICE for the ledger
# says: started gunicorn without SERVICE expected it ends with an error
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE", "ledger")

if service == "ledger":
    workers = slots
elif service == "lounge":
    threads = slots
elif service == "feed":
    worker_class, worker_connections = "gevent", slots
else:
    raise ValueError(service)
