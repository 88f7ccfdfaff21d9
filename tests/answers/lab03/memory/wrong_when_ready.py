# mistake: opens one link in the arbiter
# says: when_ready and on_starting are called once, in the arbiter.
workers = 3
preload_app = True


def when_ready(server):
    import ledger

    ledger.connect()
