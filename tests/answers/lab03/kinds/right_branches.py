import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

if service == "ledger":
    workers, worker_class = slots, "sync"
elif service == "lounge":
    workers, worker_class, threads = 1, "gthread", slots
elif service == "feed":
    workers, worker_class, worker_connections = 1, "gevent", slots
else:
    raise ValueError(f"SERVICE is {service!r}; it must be ledger, lounge or feed")
