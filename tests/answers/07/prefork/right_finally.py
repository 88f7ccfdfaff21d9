import os
import signal

from talk import talk


class Stop(BaseException):
    pass


def stop(number, frame):
    raise Stop


def accept_for_ever(listener, app):
    while True:
        connection, client = listener.accept()
        talk(connection, client, app)


def serve(listener, app):
    signal.signal(signal.SIGTERM, stop)
    pids = []
    try:
        for _ in range(3):
            pids.append(start(listener, app))
        while True:
            gone, _ = os.wait()
            pids[pids.index(gone)] = start(listener, app)
    except Stop:
        pass
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        for pid in pids:
            os.waitpid(pid, 0)


def start(listener, app):
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        try:
            accept_for_ever(listener, app)
        finally:
            os._exit(1)
    return pid
