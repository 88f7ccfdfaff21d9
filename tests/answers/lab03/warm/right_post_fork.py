"""Before the application is loaded, three tries, and closed when Python ends."""

import atexit
import time


def post_fork(server, worker):
    import store

    for attempt in range(3):
        try:
            store.connect()
            break
        except OSError as error:
            server.log.warning("no database yet: %s", error)
            if attempt == 2:
                raise
            time.sleep(0.05)
    store.warm()
    atexit.register(store.close)
