# mistake: takes the spans for sorted
# says: four, not in the order in which they entered
# says: The spans come in any order
def at_once(spans):
    inside, most = [], 0
    for entered, left in spans:
        inside = [other for other in inside if other > entered] + [left]
        most = max(most, len(inside))
    return most


def bottleneck(spans, workers, threads, cores, used):
    if at_once(spans) < workers * threads:
        return "none"
    if used >= 0.9 * cores:
        return "CPU"
    if threads > 1 and used >= 0.9 * workers:
        return "GIL"
    return "places"
