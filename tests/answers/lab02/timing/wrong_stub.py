# mistake: nothing was written
# says: the answer is not written yet
import time


def timing(app, log, clock=time.monotonic):
    raise NotImplementedError
