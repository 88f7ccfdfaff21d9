# mistake: half of an odd number, rounded down
# says: with GRACE_SECONDS=5 expected from 2.5 to 4 saw 2
import os

workers = 3
graceful_timeout = int(os.environ["GRACE_SECONDS"]) // 2
