# mistake: ignores the memory
# says: 10 processes need 10 times WORKER_MEMORY
import math
import os


def number(name, default):
    return float(os.environ.get(name, default))


cores = number("CPU_LIMIT", 1000) / 1000
workers = math.ceil(cores * (1 + number("WAIT_MS", 10) / number("CPU_MS", 10)))
