# mistake: each worker opens its link when it is first asked
# says: saw once, and only when somebody asked
workers = 3
preload_app = True
linked = []


def pre_request(worker, req):
    import ledger

    if not linked:
        ledger.connect()
        linked.append(True)
