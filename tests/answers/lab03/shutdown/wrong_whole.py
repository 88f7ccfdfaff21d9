# mistake: gives the workers all the time, and leaves none for the arbiter
# says: it is still there, and ends too late
# says: The platform does not wait for the arbiter to tidy up
import os

workers = 3
graceful_timeout = int(os.environ["GRACE_SECONDS"])
