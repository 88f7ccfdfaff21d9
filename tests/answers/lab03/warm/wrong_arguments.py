# mistake: the hook takes one argument too few
# says: gunicorn refuses post_fork
# says: as many arguments as gunicorn's documentation shows for this hook
import store


def post_fork(worker):
    store.connect()
    store.warm()


def worker_exit(server, worker):
    store.close()
