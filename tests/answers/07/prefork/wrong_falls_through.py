# mistake: a child serves one request and goes on with the parent's loop
# says: looked at its processes again, after the requests
# says: A child has gone on with the parent's loop
import os
import signal
import sys

from talk import talk


def serve(listener, app):
    children = set()

    def stop(number, frame):
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        sys.exit()

    signal.signal(signal.SIGTERM, stop)
    while True:
        while len(children) < 3:
            pid = os.fork()
            if pid == 0:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                connection, client = listener.accept()
                talk(connection, client, app)
            else:
                children.add(pid)
        pid, status = os.waitpid(-1, 0)
        children.discard(pid)
