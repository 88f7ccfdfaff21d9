# mistake: gives a float
# says: expected 4 saw 4.0
# says: an int: round up
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return -(-rate * (cpu_ms + wait_ms) / 1000 // 1)


def useful(cpu_ms, wait_ms, millicores):
    if cpu_ms == 0:
        return None
    return ceil(millicores * (cpu_ms + wait_ms) / (1000 * cpu_ms))
