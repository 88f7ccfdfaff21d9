# mistake: rounds the cores up first
# says: useful(10, 30, 500)
# says: a part of a core that is rounded up first
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return ceil(rate * (cpu_ms + wait_ms) / 1000)


def useful(cpu_ms, wait_ms, millicores):
    if cpu_ms == 0:
        return None
    return ceil(ceil(millicores / 1000) * (1 + wait_ms / cpu_ms))
