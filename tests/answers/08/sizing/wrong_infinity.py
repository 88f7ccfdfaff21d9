# mistake: has infinity for work that never computes
# says: saw inf
# says: the task has a word for it
from math import ceil, inf


def needed(rate, cpu_ms, wait_ms):
    return ceil(rate * (cpu_ms + wait_ms) / 1000)


def useful(cpu_ms, wait_ms, millicores):
    if cpu_ms == 0:
        return inf
    return ceil(millicores * (cpu_ms + wait_ms) / (1000 * cpu_ms))
