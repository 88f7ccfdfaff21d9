# mistake: after TERM the dead children are replaced
# says: it still runs, with 3 children
# says: Whoever was told to end starts no new children
import os
import signal

from talk import talk


def serve(listener, app):
    children = set()

    def stop(number, frame):
        for pid in children:
            os.kill(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    while True:
        while len(children) < 3:
            pid = os.fork()
            if pid == 0:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                while True:
                    connection, client = listener.accept()
                    talk(connection, client, app)
            children.add(pid)
        children.discard(os.waitpid(-1, 0)[0])
