# mistake: connects for each worker, before it exists
# says: connect() was called in the arbiter, from pre_fork
import store


def pre_fork(server, worker):
    store.connect()


def post_fork(server, worker):
    store.warm()


def worker_exit(server, worker):
    store.close()
