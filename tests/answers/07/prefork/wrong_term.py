# mistake: TERM ends the parent alone
# says: it has ended, and 3 children still run
import os

from talk import talk


def spawn(listener, app):
    pid = os.fork()
    if pid == 0:
        while True:
            connection, client = listener.accept()
            talk(connection, client, app)
    return pid


def serve(listener, app):
    children = {spawn(listener, app) for _ in range(3)}
    while True:
        pid, _ = os.waitpid(-1, 0)
        children.remove(pid)
        children.add(spawn(listener, app))
