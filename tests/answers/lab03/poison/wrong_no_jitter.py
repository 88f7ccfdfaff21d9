# mistake: all workers leave after the same number
# says: Workers that begin together and get the same load would all leave together
import os

workers = 3
timeout = 4
max_requests = int(os.environ["MOST_REQUESTS"])
