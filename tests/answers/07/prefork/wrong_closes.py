# mistake: the child closes the listener, since it is the parent's
# says: OSError: [Errno 9] Bad file descriptor
import os
import time

from talk import talk


def serve(listener, app):
    children = set()
    while True:
        while len(children) < 3:
            pid = os.fork()
            if pid == 0:
                listener.close()
                while True:
                    talk(*listener.accept(), app)
            children.add(pid)
        children.discard(os.wait()[0])
        time.sleep(0.1)
