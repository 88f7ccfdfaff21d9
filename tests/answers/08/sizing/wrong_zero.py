# mistake: divides by zero
# says: useful(0, 100, 1000) expected None saw useful raised ZeroDivisionError in line 12 of sizing.py
# says: Which arguments had your function got?
from math import ceil


def needed(rate, cpu_ms, wait_ms):
    return ceil(rate * (cpu_ms + wait_ms) / 1000)


def useful(cpu_ms, wait_ms, millicores):
    return ceil(millicores * (cpu_ms + wait_ms) / (1000 * cpu_ms))
