# mistake: saves memory by having one worker
# says: Fewer workers need less memory, and serve less.
preload_app = True
threads = 4


def post_fork(server, worker):
    import ledger

    ledger.connect()
