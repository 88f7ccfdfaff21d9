# mistake: blames the GIL only for a single process
# says: 1.93 of 8 cores used expected GIL saw 'places'
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
    if workers == 1 and threads > 1 and used >= 0.9:
        return "GIL"
    return "places"
