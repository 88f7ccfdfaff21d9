import os
import random
import signal

workers = 5
most = int(os.environ["MOST_REQUESTS"])


def post_fork(server, worker):
    worker.last = random.randint(most // 2, most)


def pre_request(worker, req):
    signal.alarm(5)


def post_request(worker, req, environ, resp):
    signal.alarm(0)
    if worker.nr >= worker.last:
        worker.alive = False
