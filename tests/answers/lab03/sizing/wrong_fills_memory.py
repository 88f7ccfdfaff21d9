# mistake: as many processes as fit, needed or not
# says: 10 processes fit into the memory, but there are 2 requests at once
import math
import os


def number(name, default):
    return float(os.environ.get(name, default))


cores = number("CPU_LIMIT", 1000) / 1000
at_once = math.ceil(cores * (1 + number("WAIT_MS", 10) / number("CPU_MS", 10)))
workers = at_once
if "MEMORY_LIMIT" in os.environ:
    workers = max(1, int(number("MEMORY_LIMIT", 0) // number("WORKER_MEMORY", 1)))
threads = math.ceil(at_once / workers)
