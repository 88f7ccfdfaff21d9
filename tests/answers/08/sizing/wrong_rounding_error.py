# mistake: lets a rounding error become a worker
# says: useful(3, 10, 3000) expected 13 saw 14
# says: by a rounding error
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return ceil(rate * (cpu_ms + wait_ms) / 1000)


def useful(cpu_ms, wait_ms, millicores):
    if cpu_ms == 0:
        return None
    return ceil(millicores / 1000 * (1 + wait_ms / cpu_ms))
