# mistake: it thinks of errors, and not of the visitor who leaves
# says: the visitor leaves after the first block
# says: log was not called
import time


def blocks_of(result, done):
    close = getattr(result, "close", lambda: None)
    try:
        yield from result
    except Exception:
        close()
        done()
        raise
    except GeneratorExit:
        close()
        raise
    close()
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
        return blocks_of(result, done)

    return wrapped
