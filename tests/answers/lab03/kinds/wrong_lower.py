# mistake: helps whoever misspells the name
# says: started gunicorn with SERVICE=Ledger expected
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE", "").strip().lower()

if service == "ledger":
    workers = slots
elif service == "lounge":
    threads = slots
elif service == "feed":
    worker_class, worker_connections = "gevent", slots
else:
    raise ValueError(service)
