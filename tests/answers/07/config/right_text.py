from os import environ

# gunicorn makes a number of a text itself
workers = environ.get("SHOP_WORKERS", "").strip() or "2"
worker_class = "gthread"
threads = 4
accesslog = "-"
