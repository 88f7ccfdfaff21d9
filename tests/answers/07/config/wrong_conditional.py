# mistake: without the variable gunicorn's default of one is left
# says: saw 4 at once, in 1 process
# says: gunicorn has started 1 worker, and two is the default
import os

if os.environ.get("SHOP_WORKERS"):
    workers = int(os.environ["SHOP_WORKERS"])
threads = 4
