# mistake: closes in a hook of the arbiter
# says: close() was called in the arbiter, from child_exit
import store


def post_worker_init(worker):
    store.connect()
    store.warm()


def child_exit(server, worker):
    store.close()
