# mistake: computes with the text of the variables
# says: line 6 of overlap.conf.py raised TypeError: unsupported operand
import os

workers = os.environ.get("WEB_PROCESSES", 2)
threads = os.environ.get("WEB_SLOTS", workers) // workers
