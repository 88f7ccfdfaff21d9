# mistake: an exception of the call itself is not logged
# says: GET /refuse, which raises when it is called
# says: log was not called
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

        return blocks_of(app(environ, start), done)

    return wrapped
