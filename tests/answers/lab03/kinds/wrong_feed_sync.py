# mistake: the default kind of worker for the feed
# says: The feed has little to compute and much to wait for
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

workers = 1
if service == "ledger":
    workers = slots
elif service == "lounge":
    threads = slots
elif service != "feed":
    raise ValueError(service)
