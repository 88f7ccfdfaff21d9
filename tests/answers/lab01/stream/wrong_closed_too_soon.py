# mistake: the with block is left by return, before the server has read a row
# says: the rows were wanted after close(): 'this cursor is closed'
# says: When does the server read the iterable that you return?
from contextlib import closing

from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    with closing(open_cursor()) as cursor:
        return (row.encode() + b"\n" for row in cursor)
