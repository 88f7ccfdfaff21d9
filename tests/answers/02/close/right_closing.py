from contextlib import closing

from warehouse import open_cursor


def rows():
    with closing(open_cursor()) as cursor:
        yield from (row.encode() + b"\n" for row in cursor)


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return rows()
