# mistake: counts the waiting alone
# says: needed(40, 50, 50)
# says: while it waits and while it computes
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return ceil(rate * wait_ms / 1000)


def useful(cpu_ms, wait_ms, millicores):
    if cpu_ms == 0:
        return None
    return ceil(millicores * (cpu_ms + wait_ms) / (1000 * cpu_ms))
