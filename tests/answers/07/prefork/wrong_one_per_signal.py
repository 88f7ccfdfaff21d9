# mistake: one waitpid for each SIGCHLD, and two ends make one signal
# says: saw 2 children and 1 zombie
# says: Two ends can make one SIGCHLD
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
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            while True:
                connection, client = listener.accept()
                talk(connection, client, app)
        children.add(pid)

    def on_child(number, frame):
        pid, _ = os.waitpid(-1, os.WNOHANG)
        if pid:
            children.discard(pid)
            spawn()

    def on_term(number, frame):
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        sys.exit()

    signal.signal(signal.SIGCHLD, on_child)
    signal.signal(signal.SIGTERM, on_term)
    for _ in range(3):
        spawn()
    while True:
        signal.pause()
