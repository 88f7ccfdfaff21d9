# mistake: each child opens a listening socket of its own
# says: OSError: [Errno 98] Address already in use
# says: Who calls `listener.accept()`?
import os
import socket
import time

from talk import talk


def work(address, app):
    with socket.create_server(address) as listener:
        while True:
            connection, client = listener.accept()
            talk(connection, client, app)


def serve(listener, app):
    children = set()
    while True:
        while len(children) < 3:
            pid = os.fork()
            if pid == 0:
                work(listener.getsockname(), app)
            children.add(pid)
        children.discard(os.wait()[0])
        time.sleep(0.1)
