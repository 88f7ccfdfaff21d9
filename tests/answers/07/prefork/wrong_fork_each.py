# mistake: accepts first and forks then, a process for each connection
# says: saw no children
# says: saw 4 requests inside, in 4 processes
# says: Children are there before the first request comes
import os
import signal

from talk import talk


def serve(listener, app):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        connection, client = listener.accept()
        if os.fork() == 0:
            talk(connection, client, app)
            os._exit(0)
        connection.close()
