# mistake: divides CPU by waiting
# says: useful(3, 6, 1000) expected 3 saw 2
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return ceil(rate * (cpu_ms + wait_ms) / 1000)


def useful(cpu_ms, wait_ms, millicores):
    if cpu_ms == 0 or wait_ms == 0:
        return None if cpu_ms == 0 else ceil(millicores / 1000)
    return ceil(millicores / 1000 * (1 + cpu_ms / wait_ms))
