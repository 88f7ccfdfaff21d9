import store


def post_worker_init(worker):
    store.connect()
    store.warm()


def worker_exit(server, worker):
    store.close()
