# mistake: another name than gunicorn's
# says: gunicorn has no setting `preload`, and says nothing about it; did you mean `preload_app`?
workers = 3
preload = True


def post_fork(server, worker):
    import ledger

    ledger.connect()
