workers = 3
preload_app = True


def post_fork(server, worker):
    import ledger

    ledger.connect()
