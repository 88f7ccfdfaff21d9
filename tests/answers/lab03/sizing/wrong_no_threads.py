# mistake: gives up what the memory denies
# says: saw 3 at once, 1 in each of 3 processes
# says: but the cores are busy with 10 requests at once only
import math
import os


def number(name, default):
    return float(os.environ.get(name, default))


cores = number("CPU_LIMIT", 1000) / 1000
at_once = math.ceil(cores * (1 + number("WAIT_MS", 10) / number("CPU_MS", 10)))
workers = at_once
if "MEMORY_LIMIT" in os.environ:
    workers = max(1, min(at_once, int(number("MEMORY_LIMIT", 0) // number("WORKER_MEMORY", 1))))
