# mistake: asks for more than nine tenths
# says: 1.8 of 2 cores used expected CPU saw 'places'
# says: What does *at least* say about that?
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
    if used > 0.9 * cores:
        return "CPU"
    if threads > 1 and used > 0.9 * workers:
        return "GIL"
    return "places"
