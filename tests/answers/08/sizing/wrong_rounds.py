# mistake: rounds to the nearest
# says: needed(45, 50, 50)
# says: Half a worker cannot be started
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return round(rate * (cpu_ms + wait_ms) / 1000)


def useful(cpu_ms, wait_ms, millicores):
    if cpu_ms == 0:
        return None
    return ceil(millicores * (cpu_ms + wait_ms) / (1000 * cpu_ms))
