# mistake: no zombies, since SIGCHLD is ignored, but no new children either
# says: saw 1 child and no zombies
# says: nobody has taken their place
import os
import signal
import time

from talk import talk


def serve(listener, app):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in range(3):
        if os.fork() == 0:
            while True:
                connection, client = listener.accept()
                talk(connection, client, app)
    while True:
        time.sleep(1)
