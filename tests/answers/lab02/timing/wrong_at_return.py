# mistake: the clock stops when the call returns
# says: saw log('/rows', '200 OK', 1.0)
# says: and not when the call returns
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
            log(path, status, clock() - begin)

        try:
            return app(environ, start)
        finally:
            done()

    return wrapped
