# mistake: never closes
# says: it ended, and 0 of 2 workers have closed their connection
import store


def post_worker_init(worker):
    store.connect()
    store.warm()
