# mistake: takes `threads` for the number of greenlets, and bounds them by a name that there is not
# says: gunicorn has no setting `connections`
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

if service == "ledger":
    workers = slots
elif service == "lounge":
    threads = slots
elif service == "feed":
    worker_class = "gevent"
else:
    raise ValueError(service)
connections = slots
