# mistake: the class alone, with its default of one thread
# says: A sync worker has one
# says: with SHOP_WORKERS not set, more requests than there is room for
import os

workers = int(os.environ.get("SHOP_WORKERS") or 2)
worker_class = "gthread"
