# mistake: a class that ignores threads
# says: a class that takes every connection at once
# says: with SHOP_WORKERS not set
import os

workers = int(os.environ.get("SHOP_WORKERS") or 2)
worker_class = "gevent"
threads = 4
