import time


class timing:
    def __init__(self, app, log, clock=time.monotonic):
        self.app, self.log, self.clock = app, log, clock

    def __call__(self, environ, start_response):
        request = Request(self, environ, start_response)
        try:
            request.blocks = self.app(environ, request.start)
        except Exception:
            request.close()
            raise
        return request


class Request:
    def __init__(self, layer, environ, start_response):
        self.layer, self.start_response = layer, start_response
        self.path = environ["SCRIPT_NAME"] + environ["PATH_INFO"]
        self.begin = layer.clock()
        self.status = None
        self.blocks = ()

    def start(self, status, headers, exc_info=None):
        self.status = status
        return self.start_response(status, headers, exc_info)

    def __iter__(self):
        yield from self.blocks

    def close(self):
        try:
            getattr(self.blocks, "close", lambda: None)()
        finally:
            self.layer.log(self.path, self.status, self.layer.clock() - self.begin)
