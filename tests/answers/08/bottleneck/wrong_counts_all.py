# mistake: counts all requests of the run
# says: one after the other expected 1 saw 3
# says: not how many there are over the whole time
def at_once(spans):
    return len(spans)


def bottleneck(spans, workers, threads, cores, used):
    if at_once(spans) < workers * threads:
        return "none"
    if used >= 0.9 * cores:
        return "CPU"
    if threads > 1 and used >= 0.9 * workers:
        return "GIL"
    return "places"
