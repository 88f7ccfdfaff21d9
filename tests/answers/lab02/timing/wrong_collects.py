# mistake: all blocks are collected, so that the time is right
# says: all blocks were asked for before the layer returned
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
            result = app(environ, start)
        except Exception:
            done()
            raise
        blocks = list(result)
        if hasattr(result, "close"):
            result.close()
        done()
        return blocks

    return wrapped
