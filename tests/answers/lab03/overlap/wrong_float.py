# mistake: divides with /, which gives a float
# says: gunicorn refuses threads = 4.0
# says: A division with `/` gives a float
import os

workers = int(os.environ.get("WEB_PROCESSES", 2))
threads = int(os.environ.get("WEB_SLOTS", workers)) / workers
