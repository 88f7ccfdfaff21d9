# mistake: counts all that a request meets, whether they meet one another or not
# says: three, of which the long one meets the other two in turn
# says: Two requests that both meet a third need not meet each other
def at_once(spans):
    return max((sum(a < left and entered < b for a, b in spans) for entered, left in spans), default=0)


def bottleneck(spans, workers, threads, cores, used):
    if at_once(spans) < workers * threads:
        return "none"
    if used >= 0.9 * cores:
        return "CPU"
    if threads > 1 and used >= 0.9 * workers:
        return "GIL"
    return "places"
