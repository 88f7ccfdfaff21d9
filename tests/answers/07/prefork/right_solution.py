import os
import signal
import sys

from talk import talk

CHILDREN = 3


def work(listener, app):
    while True:
        connection, client = listener.accept()
        talk(connection, client, app)


def spawn(listener, app):
    pid = os.fork()
    if pid:
        return pid
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        work(listener, app)
    finally:
        os._exit(1)


def serve(listener, app):
    children = set()

    def stop(number, frame):
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        sys.exit()

    signal.signal(signal.SIGTERM, stop)
    while True:
        while len(children) < CHILDREN:
            children.add(spawn(listener, app))
        pid, status = os.waitpid(-1, 0)
        children.discard(pid)
        print(f"child {pid} ended with {os.waitstatus_to_exitcode(status)}", flush=True)
