# mistake: loads the application before the workers do, to see early whether it starts
# says: new workers answer with release 1.9
# says: Which line of your file loads it into the arbiter?
workers = 2


def when_ready(server):
    import shopfront

    server.log.info("%s starts", shopfront.__name__)
