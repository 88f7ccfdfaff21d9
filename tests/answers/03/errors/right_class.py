import sys

from warehouse import WarehouseError, open_cursor


class Stock:
    def __init__(self, environ, start_response):
        self.start_response, self.rows, self.begun = start_response, open_cursor(), False

    def __iter__(self):
        return self

    def __next__(self):
        try:
            line = next(self.rows) + "\n"
        except WarehouseError:
            if self.begun:
                raise
            self.start_response("500 Internal Server Error", [("Content-Type", "text/plain")], sys.exc_info())
            self.rows, self.begun = iter([]), True
            return b"The warehouse does not answer."
        if not self.begun:
            self.start_response("200 OK", [("Content-Type", "text/plain")])
            self.begun = True
        return line.encode()

    def close(self):
        getattr(self.rows, "close", lambda: None)()


app = Stock
