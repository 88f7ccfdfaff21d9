import os

SECONDS = int(os.getenv("GRACE_SECONDS", "10"))
workers = 2 * 2 + 1
graceful_timeout = (SECONDS + 1) // 2 if SECONDS < 10 else SECONDS - 2


def on_exit(server):
    server.log.info("gone before %s s were over", SECONDS)
