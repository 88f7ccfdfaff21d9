"""A class with __call__, whose generator holds the cursor in a with block."""
from contextlib import closing

from warehouse import open_cursor


class Shop:
    def __call__(self, environ, start_response):
        start_response("200 OK", [("content-type", 'text/plain; charset="UTF-8"')])
        return self.lines()

    def lines(self):
        with closing(open_cursor()) as cursor:
            for row in cursor:
                yield (row + "\n").encode()


app = Shop()
