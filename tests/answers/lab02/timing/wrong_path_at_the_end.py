# mistake: the path is read when the answer is over
# says: log('/town/moves/elsewhere'
# says: as they were when the request came in
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
        status = None

        def start(line, *rest):
            nonlocal status
            status = line
            return start_response(line, *rest)

        def done():
            log(environ["SCRIPT_NAME"] + environ["PATH_INFO"], status, clock() - begin)

        try:
            result = app(environ, start)
        except Exception:
            done()
            raise
        return blocks_of(result, done)

    return wrapped
