# mistake: gives the timeout with a unit
# says: gunicorn refuses timeout = 6s
workers = 3
timeout = "6s"
