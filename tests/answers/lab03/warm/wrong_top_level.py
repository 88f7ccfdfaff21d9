# mistake: connects where the file is read: in the arbiter
# says: connect() was called in the arbiter, from the top level of the file
import store

store.connect()
store.warm()


def worker_exit(server, worker):
    store.close()
