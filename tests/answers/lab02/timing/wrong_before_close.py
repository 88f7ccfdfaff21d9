# mistake: the clock stops before the inner close()
# says: saw log('/rows', '200 OK', 31.0)
# says: it may commit to a database
import time


def blocks_of(result, done):
    try:
        yield from result
    finally:
        done()
        if hasattr(result, "close"):
            result.close()


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
            result = app(environ, start)
        except Exception:
            done()
            raise
        return blocks_of(result, done)

    return wrapped
