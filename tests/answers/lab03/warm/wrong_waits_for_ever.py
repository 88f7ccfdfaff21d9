# mistake: waits for the database as long as it takes
# says: its workers try again and again
import time

import store


def post_worker_init(worker):
    while True:
        try:
            store.connect()
            break
        except OSError:
            worker.notify()
            time.sleep(0.1)
    store.warm()


def worker_exit(server, worker):
    store.close()
