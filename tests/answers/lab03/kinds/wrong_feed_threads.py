# mistake: a thread for everybody who waits
# says: There is a thread for each request
import os

slots = int(os.environ.get("SLOTS", 1))
service = os.environ.get("SERVICE")

if service == "ledger":
    workers = slots
elif service in ("lounge", "feed"):
    threads = slots
else:
    raise ValueError(service)
