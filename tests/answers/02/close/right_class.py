from warehouse import open_cursor


class Rows:
    def __init__(self, cursor):
        self.cursor = cursor

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.cursor).encode() + b"\n"

    def close(self):
        self.cursor.close()


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return Rows(open_cursor())
