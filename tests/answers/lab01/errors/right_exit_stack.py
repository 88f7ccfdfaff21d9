"""A class with __call__; an ExitStack closes what there is to close."""
import logging
import sys
from contextlib import ExitStack, closing

import warehouse


class Shop:
    headers = [("Content-Type", "text/plain; charset=utf-8")]

    def __call__(self, environ, start_response):
        with ExitStack() as stack:
            try:
                cursor = stack.enter_context(closing(warehouse.open_cursor()))
                row = next(cursor, None)
            except warehouse.WarehouseError:
                log = logging.Logger("shop")
                log.addHandler(logging.StreamHandler(environ["wsgi.errors"]))
                log.exception("the stock list failed")
                start_response("503 Service Unavailable", self.headers)
                yield b"No stock list now. Try again in a minute.\n"
                return
            start_response("200 OK", self.headers)
            while row is not None:
                yield f"{row}\n".encode()
                row = next(cursor, None)


app = Shop()
