# mistake: takes for granted that the variables are set
# says: started gunicorn with neither variable
# says: line 6 of overlap.conf.py raised KeyError: 'WEB_PROCESSES'
import os

workers = int(os.environ["WEB_PROCESSES"])
threads = int(os.environ["WEB_SLOTS"]) // workers
