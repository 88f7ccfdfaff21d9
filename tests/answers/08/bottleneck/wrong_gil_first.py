# mistake: asks for the GIL before the CPU
# says: 8 at once, 2 x 4 places, 1.96 of 2 cores used expected CPU saw 'GIL'
# says: The rules are read from above
def at_once(spans):
    moments = [(entered, 1) for entered, _ in spans] + [(left, -1) for _, left in spans]
    now = most = 0
    for _, step in sorted(moments):
        now += step
        most = max(most, now)
    return most


def bottleneck(spans, workers, threads, cores, used):
    if at_once(spans) < workers * threads:
        return "none"
    if threads > 1 and used >= 0.9 * workers:
        return "GIL"
    return "CPU" if used >= 0.9 * cores else "places"
