# mistake: the children keep the parent's handler for TERM, and the list of those before them
# says: TERM to one of the children
# says: it has ended, and 2 of the others with it
# says: The child has inherited your handler
import os
import signal
import sys

from talk import talk

children = []


def stop(number, frame):
    for pid in children:
        os.kill(pid, signal.SIGTERM)
    sys.exit()


def spawn(listener, app):
    pid = os.fork()
    if pid == 0:
        while True:
            connection, client = listener.accept()
            talk(connection, client, app)
    children.append(pid)


def serve(listener, app):
    signal.signal(signal.SIGTERM, stop)
    for _ in range(3):
        spawn(listener, app)
    while True:
        pid, status = os.waitpid(-1, 0)
        children.remove(pid)
        spawn(listener, app)
