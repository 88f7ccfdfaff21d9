# mistake: two slots in each process when WEB_SLOTS is not set
# says: with neither variable
# says: the setting for a number of threads counts in each of them
import os

workers = int(os.environ.get("WEB_PROCESSES", 2))
threads = int(os.environ.get("WEB_SLOTS", 2 * workers)) // workers
