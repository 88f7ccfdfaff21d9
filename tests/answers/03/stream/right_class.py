from warehouse import open_cursor


class Lines:
    def __init__(self, cursor):
        self.cursor = cursor

    def __iter__(self):
        return self

    def __next__(self):
        return bytes(next(self.cursor) + "\n", "utf-8")

    def close(self):
        self.cursor.close()


class Stock:
    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return Lines(open_cursor())


app = Stock()
