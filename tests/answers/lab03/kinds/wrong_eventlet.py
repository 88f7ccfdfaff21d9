# mistake: a kind of worker that gunicorn had once
# says: eventlet
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

if service == "ledger":
    workers = slots
elif service == "lounge":
    threads = slots
elif service == "feed":
    worker_class, worker_connections = "eventlet", slots
else:
    raise ValueError(service)
