"""A function that returns an iterable with a close() of its own."""
import warehouse


class Lines:
    def __init__(self, cursor):
        self.cursor = cursor

    def __iter__(self):
        return self

    def __next__(self):
        return f"{next(self.cursor)}\n".encode("utf-8")

    def close(self):
        self.cursor.close()


def app(environ, start_response):
    if environ["PATH_INFO"] != "/stock":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"not found\n"]
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return Lines(warehouse.open_cursor())
