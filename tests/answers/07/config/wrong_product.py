# mistake: all places in each worker
# says: with SHOP_WORKERS not set, more requests
# says: More than 4 were inside one worker
import os

workers = int(os.environ.get("SHOP_WORKERS") or 2)
threads = workers * 4
