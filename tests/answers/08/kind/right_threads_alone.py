# gunicorn takes gthread by itself
threads = 6
workers = 2
