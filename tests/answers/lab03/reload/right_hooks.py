bind = "127.0.0.1:8000"
workers = int("2")
timeout = 0  # nobody is ended for being slow
preload_app = False
max_requests = 5000
max_requests_jitter = 500


def on_reload(server):
    server.log.info("a new release is there")


def worker_exit(server, worker):
    server.log.info("%s has answered its last request", worker.pid)
