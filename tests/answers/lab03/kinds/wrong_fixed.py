# mistake: the numbers of the example
# says: with SERVICE=feed SLOTS=120
import os

KINDS = {
    "ledger": {"workers": 4},
    "lounge": {"threads": 8},
    "feed": {"worker_class": "gevent", "worker_connections": 50},
}
globals().update(KINDS[os.environ["SERVICE"]])
