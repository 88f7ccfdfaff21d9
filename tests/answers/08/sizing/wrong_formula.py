# mistake: answers with the formula
# says: useful(10, 10, 1000) expected 2 saw 3
# says: It knows nothing of this work
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return ceil(rate * (cpu_ms + wait_ms) / 1000)


def useful(cpu_ms, wait_ms, millicores):
    return None if cpu_ms == 0 else 2 * ceil(millicores / 1000) + 1
