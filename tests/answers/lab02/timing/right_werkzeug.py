import time
from contextlib import ExitStack

from werkzeug.wsgi import ClosingIterator, get_path_info


def timing(app, log, clock=time.monotonic):
    def wrapped(environ, start_response):
        begin, path, statuses = clock(), environ["SCRIPT_NAME"] + get_path_info(environ), []

        def start(status, headers, exc_info=None):
            statuses.append(status)
            return start_response(status, headers, exc_info)

        def done():
            log(path, statuses[-1] if statuses else None, clock() - begin)

        try:
            blocks = app(environ, start)
        except Exception:
            done()
            raise
        with_all = ExitStack()  # it calls both, in reverse order, whatever the first of them does
        with_all.callback(done)
        with_all.callback(getattr(blocks, "close", int))
        return ClosingIterator((block for block in blocks), with_all.close)

    return wrapped
