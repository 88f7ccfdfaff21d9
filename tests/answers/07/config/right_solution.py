import os

workers = int(os.environ.get("SHOP_WORKERS") or 2)
threads = 4
