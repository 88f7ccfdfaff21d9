# mistake: an empty variable is not a missing one
# says: line 7 of shop.conf.py raised ValueError: invalid literal for int() with base 10: ''
# says: started gunicorn with SHOP_WORKERS empty
# says: The variable is there, and empty: the second argument of `get` is only for one that is missing
import os

workers = int(os.environ.get("SHOP_WORKERS", 2))
threads = 4
