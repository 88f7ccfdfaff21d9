"""A table; a SERVICE that is not in it is a KeyError."""

import os

SLOTS = int(os.environ.get("SLOTS", "1"))
KINDS = {
    "ledger": {"workers": SLOTS, "threads": 1, "worker_class": "gthread"},
    "lounge": {"threads": SLOTS, "workers": 1},
    "feed": {"workers": 1, "worker_class": "gevent", "worker_connections": SLOTS},
}
globals().update(KINDS[os.environ["SERVICE"]])
