# mistake: what is no number is one, also the empty text
# says: with SHOP_WORKERS empty, more requests
# says: gunicorn has started 1 worker. The variable is there, and empty
import os

value = os.environ.get("SHOP_WORKERS", "2")
workers = int(value) if value.isdigit() else 1
threads = 4
