def needed(rate, cpu_ms, wait_ms):
    return -(-rate * (cpu_ms + wait_ms) // 1000)


def useful(cpu_ms, wait_ms, millicores):
    return -(-millicores * (cpu_ms + wait_ms) // (1000 * cpu_ms)) if cpu_ms else None
