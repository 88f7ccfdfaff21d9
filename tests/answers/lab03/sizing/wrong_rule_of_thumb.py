# mistake: (2 x cores) + 1, whatever the mix is
# says: (2 x cores) + 1 takes a mix for granted
import math
import os


def number(name, default):
    return float(os.environ.get(name, default))


at_once = math.ceil(2 * number("CPU_LIMIT", 1000) / 1000) + 1
workers = at_once
if "MEMORY_LIMIT" in os.environ:
    workers = max(1, min(at_once, int(number("MEMORY_LIMIT", 0) // number("WORKER_MEMORY", 1))))
threads = math.ceil(at_once / workers)
