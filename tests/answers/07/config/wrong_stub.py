# mistake: the file as it was
# says: Ask gunicorn what it makes of the file
# says: saw 1 at once, in 1 process
import os

worker = os.environ.get("SHOP_WORKERS", "2")
thread = 4
