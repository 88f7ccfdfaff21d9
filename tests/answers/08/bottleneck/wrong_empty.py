# mistake: has no answer for an empty run
# says: no request at all expected 0 saw at_once raised ValueError
# says: max()
def at_once(spans):
    return max(sum(a <= entered < b for a, b in spans) for entered, _ in spans)


def bottleneck(spans, workers, threads, cores, used):
    if at_once(spans) < workers * threads:
        return "none"
    if used >= 0.9 * cores:
        return "CPU"
    if threads > 1 and used >= 0.9 * workers:
        return "GIL"
    return "places"
