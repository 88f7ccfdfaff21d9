import heapq


def at_once(spans):
    inside: list[float] = []
    most = 0
    for entered, left in sorted(spans):
        while inside and inside[0] <= entered:
            heapq.heappop(inside)
        heapq.heappush(inside, left)
        most = max(most, len(inside))
    return most


def bottleneck(spans, workers, threads, cores, used):
    match at_once(spans) < workers * threads, used >= 0.9 * cores, threads > 1 and used >= 0.9 * workers:
        case True, _, _:
            return "none"
        case _, True, _:
            return "CPU"
        case _, _, True:
            return "GIL"
    return "places"
