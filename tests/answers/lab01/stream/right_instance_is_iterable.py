"""The application is a class, and each request an instance: PEP 3333's own example."""
from warehouse import open_cursor


class app:
    def __init__(self, environ, start_response):
        self.start_response = start_response
        self.cursor = None

    def __iter__(self):
        self.start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        self.cursor = open_cursor()
        for row in self.cursor:
            yield bytes(row, "utf-8") + b"\n"

    def close(self):
        if self.cursor is not None:
            self.cursor.close()
