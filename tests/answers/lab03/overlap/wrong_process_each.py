# mistake: a process for each slot
# says: saw 12 at once, 1 in each of 12 processes
# says: There is a process for each slot
import os

workers = int(os.environ.get("WEB_SLOTS", 2))
