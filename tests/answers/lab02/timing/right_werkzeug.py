import time

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
        return ClosingIterator(blocks, done)

    return wrapped
