# mistake: the file as it was
# says: gunicorn has no setting `worker`, and says nothing about it; did you mean `workers`?
# says: saw 1 at once, in 1 process
import os

worker = os.environ.get("SHOP_WORKERS", "2")
thread = 4
