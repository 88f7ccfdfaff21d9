# mistake: has not begun
# says: not written yet
def needed(rate, cpu_ms, wait_ms):
    raise NotImplementedError


def useful(cpu_ms, wait_ms, millicores):
    raise NotImplementedError
