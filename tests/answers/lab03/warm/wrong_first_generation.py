# mistake: the workers of the start are warmed, and no other
# says: killed a worker with SIGKILL
# says: saw no worker has connected
import store


def post_fork(server, worker):
    if worker.age <= server.num_workers:
        store.connect()
        store.warm()


def worker_exit(server, worker):
    store.close()
