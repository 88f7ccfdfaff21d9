import os

workers = 3
graceful_timeout = int(os.environ["GRACE_SECONDS"]) - 1
