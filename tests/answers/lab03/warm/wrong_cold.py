# mistake: connects, and forgets to warm
# says: saw 0 of 2 workers are warm
import store


def post_worker_init(worker):
    store.connect()


def worker_exit(server, worker):
    store.close()
