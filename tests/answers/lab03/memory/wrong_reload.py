# mistake: loads the module anew in each worker to get a link
# says: The arbiter has loaded the table, and yet a worker has one of its own.
import importlib

workers = 3
preload_app = True


def post_fork(server, worker):
    import ledger

    importlib.reload(ledger)
