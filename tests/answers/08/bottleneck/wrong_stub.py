# mistake: has not begun
# says: not written yet
def at_once(spans):
    raise NotImplementedError


def bottleneck(spans, workers, threads, cores, used):
    raise NotImplementedError
