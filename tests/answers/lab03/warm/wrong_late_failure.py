# mistake: connects when the worker has booted, and its failure is no failure to boot
# says: it starts one worker after the other, and each exits with code 255
import store
from gunicorn.workers.sync import SyncWorker


class WarmWorker(SyncWorker):
    def run(self):
        store.connect()
        store.warm()
        try:
            super().run()
        finally:
            store.close()


worker_class = WarmWorker
