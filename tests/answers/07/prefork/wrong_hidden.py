# mistake: `talk` without the application, and `finally` hides what it says
# says: saw none came in within
# says: The children end as soon as a request comes
import os
import signal

from talk import talk


def spawn(listener, app):
    pid = os.fork()
    if pid:
        return pid
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        while True:
            talk(*listener.accept())
    finally:
        os._exit(1)


def serve(listener, app):
    children = {spawn(listener, app) for _ in range(3)}
    while True:
        pid, status = os.waitpid(-1, 0)
        children.remove(pid)
        children.add(spawn(listener, app))
