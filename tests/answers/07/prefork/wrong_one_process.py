# mistake: the loop of lesson 04: nobody forks
# says: saw no children
# says: saw 1 request inside, in 1 process
# says: only the process that listens
from talk import talk


def serve(listener, app):
    while True:
        connection, client = listener.accept()
        talk(connection, client, app)
