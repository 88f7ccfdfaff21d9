# mistake: waits once more for connections, in the arbiter, when everybody has gone
# says: What does the arbiter still do in on_exit?
import os
import time

workers = 3
grace = int(os.environ["GRACE_SECONDS"])
graceful_timeout = grace - 2


def on_exit(server):
    time.sleep(grace)
