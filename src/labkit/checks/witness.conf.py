"""gunicorn's configuration while an exercise is checked: a recorder around the application, nothing else."""

import json
import os
import sys

# gunicorn has put the learner's folder first on the path; a file labkit.py or json.py there is not for us.
_path, sys.path = sys.path, [folder for folder in sys.path if folder not in ("", os.getcwd())]
from labkit.conformance.recorder import Recorder  # noqa: E402

sys.path = _path

workers = 1
errorlog = "-"


def post_worker_init(worker):
    """Wrap the application that this worker has loaded; each event becomes one line of a file (O_APPEND: whole lines)."""
    events = os.open(os.environ["LABKIT_EVENTS"], os.O_WRONLY | os.O_APPEND)

    def emit(event):
        try:
            os.write(events, json.dumps(event).encode() + b"\n")
        except OSError:
            pass  # the file has reached its bound: the application goes on, unrecorded

    worker.wsgi = Recorder(worker.wsgi, emit)
