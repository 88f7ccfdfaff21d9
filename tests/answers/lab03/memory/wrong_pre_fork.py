# mistake: opens the link in the arbiter, before each fork
# says: pre_fork runs before the fork, and so in which process?
workers = 3
preload_app = True


def pre_fork(server, worker):
    import ledger

    ledger.connect()
