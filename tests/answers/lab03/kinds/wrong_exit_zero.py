# mistake: ends gunicorn as if that were a success
# says: saw it ended with exit code 0, as if all were well
import os
import sys

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

if service == "ledger":
    workers = slots
elif service == "lounge":
    threads = slots
elif service == "feed":
    worker_class, worker_connections = "gevent", slots
else:
    sys.exit()
