# mistake: one of the two names is still wrong
# says: for the number of workers and for that of threads
# says: saw 2 at once, 1 in each of 2 processes
import os

workers = int(os.environ.get("SHOP_WORKERS") or 2)
thread = 4
