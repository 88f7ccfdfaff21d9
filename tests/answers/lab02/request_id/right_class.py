import string
import sys
from traceback import print_exc
from secrets import token_hex

ALLOWED = set(string.ascii_letters + string.digits + "._-")


class request_id:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        return Request(self.app, environ, start_response)


class Request:
    """One request. It is its own iterable, and begins when it is made."""

    def __init__(self, app, environ, start_response):
        self.start_response, self.errors = start_response, environ["wsgi.errors"]
        self.id = environ.get("HTTP_X_REQUEST_ID", "")
        if not 0 < len(self.id) <= 64 or set(self.id) - ALLOWED:
            self.id = token_hex(8)
        environ["request.id"] = self.id
        self.blocks = ()
        self.sent = False
        try:
            self.blocks = app(environ, self.start)
            self.iterator = iter(self.blocks)
        except Exception:
            self.iterator = iter([self.fail()])

    def start(self, status, headers, *exc_info):
        mine = [pair for pair in headers if pair[0].lower() != "x-request-id"] + [("X-Request-Id", self.id)]
        return self.start_response(status, mine, *exc_info)

    def fail(self):
        print("request", self.id, file=self.errors)
        print_exc(file=self.errors)
        self.start("500 Internal Server Error", [("Content-Type", "text/plain")], sys.exc_info())
        self.iterator = iter(())
        return b"sorry\n"

    def __iter__(self):
        return self

    def __next__(self):
        try:
            block = next(self.iterator)
        except StopIteration:
            raise
        except Exception:
            if self.sent:
                raise
            return self.fail()
        self.sent = self.sent or bool(block)
        return block

    def close(self):
        if hasattr(self.blocks, "close"):
            self.blocks.close()
