"""An old worker with threads lives for `timeout` after its last report."""

import os

threads = 4
graceful_timeout = 3
timeout = 120 if "START_SECONDS" in os.environ else 1
