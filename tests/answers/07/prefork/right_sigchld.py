import os
import signal
import sys
import time

from talk import talk

children = {}


def child(listener, app):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        connection, client = listener.accept()
        talk(connection, client, app)


def on_child(number, frame):
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        children.pop(pid, None)


def on_term(number, frame):
    for pid in list(children):
        os.kill(pid, signal.SIGTERM)
    sys.exit(0)


def serve(listener, app):
    signal.signal(signal.SIGCHLD, on_child)
    signal.signal(signal.SIGTERM, on_term)
    while True:
        while len(children) < 3:
            pid = os.fork()
            if pid == 0:
                child(listener, app)
            children[pid] = True
        time.sleep(0.2)
