# mistake: no process when not even one fits
# says: started gunicorn with CPU_MS=2.5 MEMORY_LIMIT=67108864 WORKER_MEMORY=100000000
# says: gunicorn listens, but there is no worker
import math
import os


def number(name, default):
    return float(os.environ.get(name, default))


cores = number("CPU_LIMIT", 1000) / 1000
at_once = math.ceil(cores * (1 + number("WAIT_MS", 10) / number("CPU_MS", 10)))
workers = at_once
if "MEMORY_LIMIT" in os.environ:
    workers = min(at_once, int(number("MEMORY_LIMIT", 0) // number("WORKER_MEMORY", 1)))
threads = math.ceil(at_once / max(1, workers))
