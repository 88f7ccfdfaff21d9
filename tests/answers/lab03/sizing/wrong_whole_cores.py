# mistake: rounds a quarter of a core to none
# says: started gunicorn with CPU_LIMIT=250 CPU_MS=4 WAIT_MS=48
# says: gunicorn listens, but there is no worker
import math
import os


def number(name, default):
    return float(os.environ.get(name, default))


cores = int(os.environ.get("CPU_LIMIT", "1000")) // 1000
at_once = math.ceil(cores * (1 + number("WAIT_MS", 10) / number("CPU_MS", 10)))
workers = at_once
if "MEMORY_LIMIT" in os.environ:
    workers = min(at_once, int(number("MEMORY_LIMIT", 0) // number("WORKER_MEMORY", 1)))
threads = math.ceil(at_once / max(1, workers))
