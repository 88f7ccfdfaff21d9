import math
from fractions import Fraction


def needed(rate, cpu_ms, wait_ms):
    seconds_inside = Fraction(cpu_ms + wait_ms, 1000)
    return math.ceil(rate * seconds_inside)


def useful(cpu_ms, wait_ms, millicores):
    try:
        share = Fraction(cpu_ms, cpu_ms + wait_ms)  # of a core, that one busy worker uses
        return math.ceil(Fraction(millicores, 1000) / share)
    except ZeroDivisionError:
        return None
