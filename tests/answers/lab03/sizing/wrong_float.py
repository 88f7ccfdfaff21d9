# mistake: the number of workers is a float
# says: gunicorn refuses workers = 3.0
import os


def number(name, default):
    return float(os.environ.get(name, default))


cores = number("CPU_LIMIT", 1000) / 1000
workers = cores * (1 + number("WAIT_MS", 10) / number("CPU_MS", 10))
