from os import environ

threads = 8
graceful_timeout = round(float(environ.get("GRACE_SECONDS", "30")) * 0.7)
