# mistake: no default
# says: line 5 of shop.conf.py raised KeyError
import os

workers = int(os.environ["SHOP_WORKERS"])
threads = 4
