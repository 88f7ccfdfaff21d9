# mistake: takes milliseconds for seconds
# says: saw 4000
# says: the times are milliseconds
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return ceil(rate * (cpu_ms + wait_ms))


def useful(cpu_ms, wait_ms, millicores):
    if cpu_ms == 0:
        return None
    return ceil(millicores * (cpu_ms + wait_ms) / (1000 * cpu_ms))
