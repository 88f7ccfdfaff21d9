# mistake: is content with the beginning of the name
# says: started gunicorn with SERVICE=ledgers
# says: The name is nearly right
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE", "")

if service.startswith("led"):
    workers = slots
elif service == "lounge":
    threads = slots
elif service == "feed":
    worker_class, worker_connections = "gevent", slots
else:
    raise ValueError(service)
