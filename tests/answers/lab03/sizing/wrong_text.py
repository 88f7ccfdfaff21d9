# mistake: computes with text
# says: raised TypeError: unsupported operand type(s) for /: 'str' and 'int'
import math
import os


def number(name, default):
    return float(os.environ.get(name, default))


cores = os.environ.get("CPU_LIMIT", 1000) / 1000
at_once = math.ceil(cores * (1 + number("WAIT_MS", 10) / number("CPU_MS", 10)))
workers = at_once
