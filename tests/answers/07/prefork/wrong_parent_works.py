# mistake: the parent is the third worker
# says: saw 2 children
# says: also the process that listens
import os

from talk import talk


def work(listener, app):
    while True:
        connection, client = listener.accept()
        talk(connection, client, app)


def serve(listener, app):
    for _ in range(2):
        if os.fork() == 0:
            work(listener, app)
    work(listener, app)
