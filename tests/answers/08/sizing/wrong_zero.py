# mistake: divides by zero
# says: raised ZeroDivisionError
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return ceil(rate * (cpu_ms + wait_ms) / 1000)


def useful(cpu_ms, wait_ms, millicores):
    return ceil(millicores / 1000 * (1 + wait_ms / cpu_ms))
