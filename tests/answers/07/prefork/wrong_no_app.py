# mistake: `talk` without the application
# says: prefork.py raised TypeError
# says: A child ends at this line, and the parent starts the next one
import os
import time

from talk import talk


def serve(listener, app):
    children = set()
    while True:
        while len(children) < 3:
            pid = os.fork()
            if pid == 0:
                while True:
                    talk(*listener.accept())
            children.add(pid)
        children.discard(os.wait()[0])
        time.sleep(0.1)
