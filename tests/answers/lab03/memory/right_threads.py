import gc
import importlib

workers, threads = 3, 2
preload_app = True


def when_ready(server):
    gc.freeze()


def post_fork(server, worker):
    importlib.import_module("ledger").connect()
