# mistake: always adds one
# says: needed(40, 50, 50)
# says: saw 5
# says: One more than it takes
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return int(rate * (cpu_ms + wait_ms) / 1000) + 1


def useful(cpu_ms, wait_ms, millicores):
    if cpu_ms == 0:
        return None
    return ceil(millicores * (cpu_ms + wait_ms) / (1000 * cpu_ms))
