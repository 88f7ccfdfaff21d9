# mistake: takes every other SERVICE for the ledger
# says: started gunicorn with SERVICE=kitchen
# says: saw it started, and takes requests
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

workers = 1
if service == "lounge":
    threads = slots
elif service == "feed":
    worker_class, worker_connections = "gevent", slots
else:
    workers = slots
