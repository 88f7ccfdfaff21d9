# mistake: nothing is logged when close() raises
# says: GET /spoilt, whose close() raises expected log('/spoilt', '200 OK', 131), once saw log was not called
import time


class Watched:
    """The blocks of an answer; done is called when the server closes them."""

    def __init__(self, blocks, done):
        self.blocks, self.done = blocks, done

    def __iter__(self):
        return iter(self.blocks)

    def close(self):
        if hasattr(self.blocks, "close"):
            self.blocks.close()
        self.done()


def timing(app, log, clock=time.monotonic):
    def wrapped(environ, start_response):
        begin = clock()
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        said = [None]

        def start(status, headers, exc_info=None):
            said.append(status)
            return start_response(status, headers, exc_info)

        def done():
            log(path, said[-1], clock() - begin)

        try:
            return Watched(app(environ, start), done)
        except BaseException:
            done()
            raise

    return wrapped
