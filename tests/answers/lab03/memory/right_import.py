import ledger

workers = 4


def post_worker_init(worker):
    ledger.connect()
    worker.log.info("%s has a link of its own", worker.pid)
