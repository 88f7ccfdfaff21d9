# mistake: gives each process all the slots
# says: WEB_SLOTS is for all processes together
import os

workers = int(os.environ.get("WEB_PROCESSES", 2))
threads = int(os.environ.get("WEB_SLOTS", 2))
