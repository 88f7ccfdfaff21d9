# mistake: its start_response takes no exc_info
# says: takes 2 positional arguments but 3 were given
# says: which may be left out
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

        def start(line, headers):
            nonlocal status
            status = line
            return start_response(line, headers)

        def done():
            log(path, status, clock() - begin)

        try:
            result = app(environ, start)
        except Exception:
            done()
            raise
        return blocks_of(result, done)

    return wrapped
