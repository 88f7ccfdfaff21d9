# mistake: takes millicores for cores
# says: useful(10, 10, 1000)
# says: 1000 millicores are one core
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return ceil(rate * (cpu_ms + wait_ms) / 1000)


def useful(cpu_ms, wait_ms, millicores):
    if cpu_ms == 0:
        return None
    return ceil(millicores * (1 + wait_ms / cpu_ms))
