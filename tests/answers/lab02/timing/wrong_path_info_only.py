# mistake: SCRIPT_NAME is left out
# says: log('/moves', '200 OK'
# says: SCRIPT_NAME and PATH_INFO together
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
        path = environ["PATH_INFO"]
        status = None

        def start(line, *rest):
            nonlocal status
            status = line
            return start_response(line, *rest)

        def done():
            log(path, status, clock() - begin)

        try:
            result = app(environ, start)
        except Exception:
            done()
            raise
        return blocks_of(result, done)

    return wrapped
