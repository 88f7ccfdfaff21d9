# mistake: connects in a hook of the arbiter
# says: connect() was called in the arbiter, from when_ready
import store


def when_ready(server):
    store.connect()
    store.warm()


def worker_exit(server, worker):
    store.close()
