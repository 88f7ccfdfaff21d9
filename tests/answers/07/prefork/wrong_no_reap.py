# mistake: the parent sleeps
# says: saw 1 child and 2 zombies
import os
import signal

from talk import talk


def serve(listener, app):
    for _ in range(3):
        if os.fork() == 0:
            while True:
                connection, client = listener.accept()
                talk(connection, client, app)
    signal.pause()
