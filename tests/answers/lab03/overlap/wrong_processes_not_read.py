# mistake: the number of processes is that of the example
# says: with WEB_PROCESSES=1 expected 1 at once, in 1 process saw 3 at once
import os

workers = 3 if "WEB_PROCESSES" in os.environ else 2
threads = int(os.environ.get("WEB_SLOTS", workers)) // workers
