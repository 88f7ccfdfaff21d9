# mistake: a name that gunicorn does not know
# says: gunicorn has no setting `thread`, and says nothing about it; did you mean `threads`?
import os

workers = int(os.environ.get("WEB_PROCESSES", 2))
thread = int(os.environ.get("WEB_SLOTS", workers)) // workers
