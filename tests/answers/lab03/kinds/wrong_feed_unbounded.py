# mistake: greenlets, as many as want in
# says: More than SLOTS were let in
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
