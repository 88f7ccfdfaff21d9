import os

workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_SLOTS", workers)) // workers
worker_class = "gthread"
