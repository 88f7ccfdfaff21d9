# mistake: the parent forks and returns
# says: saw the process that listens has ended
# says: The process that listens stays
import os

from talk import talk


def serve(listener, app):
    for _ in range(3):
        if os.fork() == 0:
            while True:
                connection, client = listener.accept()
                talk(connection, client, app)
