# mistake: the pids of children that were reaped stay in the list, and TERM meets one of them
# says: it has ended, and 1 child still runs
# says: Who reaps a child forgets its pid
import os
import signal
import sys

from talk import talk


def serve(listener, app):
    children = []

    def spawn():
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            while True:
                connection, client = listener.accept()
                talk(connection, client, app)
        children.append(pid)

    def stop(number, frame):
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        sys.exit()

    signal.signal(signal.SIGTERM, stop)
    for _ in range(3):
        spawn()
    while True:
        os.wait()
        spawn()
