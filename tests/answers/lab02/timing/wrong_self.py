# mistake: what belongs to a request is kept in self
# says: GET /twice, which sends a second request
# says: What did the second change for the first?
import time


class timing:
    def __init__(self, app, log, clock=time.monotonic):
        self.app, self.log, self.clock = app, log, clock

    def __call__(self, environ, start_response):
        path = environ["SCRIPT_NAME"] + environ["PATH_INFO"]
        statuses = [None]
        self.begin = self.clock()

        def start(status, headers, exc_info=None):
            statuses.append(status)
            return start_response(status, headers, exc_info)

        return self.blocks(path, statuses, self.app(environ, start))

    def blocks(self, path, statuses, result):
        try:
            yield from result
        finally:
            if hasattr(result, "close"):
                result.close()
            self.log(path, statuses[-1], self.clock() - self.begin)
