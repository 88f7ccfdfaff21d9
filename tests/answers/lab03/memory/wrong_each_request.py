# mistake: opens a link for every request
# says: Opening a link costs the bank more than a question does.
workers = 3
preload_app = True


def pre_request(worker, req):
    import ledger

    ledger.connect()
