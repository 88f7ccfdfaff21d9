"""A kind of worker of its own."""

import store
from gunicorn.workers.gthread import ThreadWorker


class WarmWorker(ThreadWorker):
    def init_process(self):
        store.connect()
        store.warm()
        super().init_process()

    def run(self):
        try:
            super().run()
        finally:
            store.close()


worker_class = WarmWorker
