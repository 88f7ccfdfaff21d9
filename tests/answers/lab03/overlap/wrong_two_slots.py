# mistake: two slots by default, whatever the number of processes is
# says: with WEB_PROCESSES=1 expected 1 at once, in 1 process
import os

workers = int(os.getenv("WEB_PROCESSES", 2))
threads = int(os.getenv("WEB_SLOTS", 2)) // workers
