# mistake: makes room for the new workers by killing the old ones
# says: The worker was ended in the middle of its work, and not by `timeout`
import signal

workers = 2


def on_reload(server):
    server.kill_workers(signal.SIGKILL)
