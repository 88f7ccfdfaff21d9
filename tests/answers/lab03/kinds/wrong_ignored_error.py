# mistake: tells the mistake to the log, and starts
# says: started gunicorn without SERVICE
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

if service == "ledger":
    workers = slots
elif service == "lounge":
    threads = slots
elif service == "feed":
    worker_class, worker_connections = "gevent", slots
elif service:
    raise ValueError(service)
