# mistake: the children that come later do not accept
# says: 4 requests to the new family
# says: saw 1 request inside, in 1 process
import os
import signal
import sys
import time

from talk import talk


def serve(listener, app):
    children = []
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            while True:
                connection, client = listener.accept()
                talk(connection, client, app)
        children.append(pid)

    def stop(number, frame):
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        sys.exit()

    signal.signal(signal.SIGTERM, stop)
    while True:
        pid, _ = os.waitpid(-1, 0)
        children.remove(pid)
        pid = os.fork()
        if pid == 0:
            time.sleep(3600)
        children.append(pid)
