# mistake: warms at the first request
# says: saw no worker has connected
# says: Nobody has asked yet
import store

warm = []


def pre_request(worker, req):
    if not warm:
        store.connect()
        store.warm()
        warm.append(True)


def worker_exit(server, worker):
    store.close()
