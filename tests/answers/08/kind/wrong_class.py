# mistake: a class that there is not
# says: gunicorn has no worker class 'threads'
workers = 2
worker_class = "threads"
threads = 6
