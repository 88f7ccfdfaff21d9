# mistake: takes one core for the limit of all processes together
# says: 1.2 of 8 cores used expected places saw 'GIL'
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
    if used >= 0.9 * cores:
        return "CPU"
    if threads > 1 and used >= 0.9:
        return "GIL"
    return "places"
