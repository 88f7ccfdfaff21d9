# mistake: replaces a child that was killed, and not one that ended by itself
# says: a request that ends its child by os._exit(3)
# says: A child can end without a signal
import os
import signal
import sys

from talk import talk


def serve(listener, app):
    children = set()

    def spawn():
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            while True:
                connection, client = listener.accept()
                talk(connection, client, app)
        children.add(pid)

    def stop(number, frame):
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        sys.exit()

    signal.signal(signal.SIGTERM, stop)
    for _ in range(3):
        spawn()
    while True:
        pid, status = os.waitpid(-1, 0)
        children.discard(pid)
        if os.WIFSIGNALED(status):
            spawn()
