# mistake: takes for granted that the platform sets them all
# says: raised KeyError: 'MEMORY_LIMIT'
import math
import os

cores = int(os.environ["CPU_LIMIT"]) / 1000
at_once = math.ceil(cores * (1 + float(os.environ["WAIT_MS"]) / float(os.environ["CPU_MS"])))
fit = int(os.environ["MEMORY_LIMIT"]) // int(os.environ["WORKER_MEMORY"])
workers = max(1, min(at_once, fit))
threads = math.ceil(at_once / workers)
