import multiprocessing
import signal
import sys
from multiprocessing.connection import wait

from talk import talk

fork = multiprocessing.get_context("fork")


def work(listener, app):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        talk(*listener.accept(), app)


def serve(listener, app):
    workers = []

    def stop(*_):
        for worker in workers:
            worker.terminate()
        sys.exit()

    signal.signal(signal.SIGTERM, stop)
    while True:
        for worker in [w for w in workers if not w.is_alive()]:
            worker.join()
            workers.remove(worker)
        while len(workers) < 3:
            worker = fork.Process(target=work, args=(listener, app))
            worker.start()
            workers.append(worker)
        wait([worker.sentinel for worker in workers])
