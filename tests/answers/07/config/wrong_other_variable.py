# mistake: another variable's name
# says: saw 8 at once, 4 in each of 2 processes
# says: expected 12 at once, 4 in each of 3 processes
import os

workers = int(os.environ.get("WORKERS") or 2)
threads = 4
