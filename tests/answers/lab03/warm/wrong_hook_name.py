# mistake: a hook that gunicorn does not know
# says: gunicorn has no setting `post_worker_start`
import store


def post_worker_start(worker):
    store.connect()
    store.warm()


def worker_exit(server, worker):
    store.close()
