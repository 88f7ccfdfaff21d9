# mistake: one worker warms for all
# says: saw 1 of 2 workers have connected
import pathlib

import store


def post_fork(server, worker):
    try:
        pathlib.Path("warm.lock").touch(exist_ok=False)
    except FileExistsError:
        return
    store.connect()
    store.warm()


def worker_exit(server, worker):
    store.close()
