# mistake: the status is read when the call returns
# says: GET /late, which calls
# says: log('/late', None, 131.0)
import time


def blocks_of(result, done):
    try:
        yield from result
    finally:
        try:
            if hasattr(result, "close"):
                result.close()
        finally:
            done()


def timing(app, log, clock=time.monotonic):
    def wrapped(environ, start_response):
        begin = clock()
        path = environ["SCRIPT_NAME"] + environ["PATH_INFO"]
        status = None

        def start(line, *rest):
            nonlocal status
            status = line
            return start_response(line, *rest)

        def done():
            log(path, known, clock() - begin)

        known = None
        try:
            result = app(environ, start)
        except Exception:
            done()
            raise
        known = status
        return blocks_of(result, done)

    return wrapped
