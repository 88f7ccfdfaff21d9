# mistake: the number of processes is that of the example
# says: with WEB_PROCESSES=2 WEB_SLOTS=10
# says: in 3 processes
import os

workers = 3 if "WEB_PROCESSES" in os.environ else 2
threads = int(os.environ.get("WEB_SLOTS", workers)) // workers
