def at_once(spans):
    """The most are inside when somebody has just entered."""
    return max((sum(a <= entered < b for a, b in spans) for entered, _ in spans), default=0)


def bottleneck(spans, workers, threads, cores, used):
    rules = {
        "none": at_once(spans) < workers * threads,
        "CPU": used / cores >= 0.9,
        "GIL": threads > 1 and used / workers >= 0.9,
    }
    return next((name for name, applies in rules.items() if applies), "places")
