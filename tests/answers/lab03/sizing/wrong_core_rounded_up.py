# mistake: makes a whole core of a quarter, and rounds once more at the end
# says: A quarter of a core stays a quarter until the end
import math
import os


def number(name, default):
    return float(os.environ.get(name, default))


cores = math.ceil(number("CPU_LIMIT", 1000) / 1000)
at_once = math.ceil(cores * (1 + number("WAIT_MS", 10) / number("CPU_MS", 10)))
workers = at_once
if "MEMORY_LIMIT" in os.environ:
    workers = max(1, min(at_once, int(number("MEMORY_LIMIT", 0) // number("WORKER_MEMORY", 1))))
threads = math.ceil(at_once / workers)
