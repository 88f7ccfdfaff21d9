# mistake: ends the worker in a way that gunicorn takes for bad luck
# says: it starts one worker after the other, and each exits with code 1
# says: Which code does the worker exit with?
import sys

import store


def post_worker_init(worker):
    try:
        store.connect()
    except OSError as error:
        worker.log.error("not warm: %s", error)
        sys.exit(1)
    store.warm()


def worker_exit(server, worker):
    store.close()
