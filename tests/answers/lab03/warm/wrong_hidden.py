# mistake: writes the failure into the log, and goes on
# says: started gunicorn while the database does not answer
# says: saw it started, and its workers take requests
import store


def post_worker_init(worker):
    try:
        store.connect()
        store.warm()
    except OSError as error:
        worker.log.error("not warm: %s", error)


def worker_exit(server, worker):
    store.close()
