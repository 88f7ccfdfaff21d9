# mistake: forks three times and does not look who is the child
# says: processes below
# says: After os.fork() two processes go on with the same line
import os

from talk import talk


def serve(listener, app):
    for _ in range(3):
        os.fork()
    while True:
        connection, client = listener.accept()
        talk(connection, client, app)
