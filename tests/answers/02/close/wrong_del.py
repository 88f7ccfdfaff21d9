# mistake: leaves it to the garbage collector
# says: `__del__` runs when Python likes to
from warehouse import open_cursor


class Rows:
    def __init__(self):
        self.cursor = open_cursor()

    def __iter__(self):
        return self

    def __next__(self):
        return f"{next(self.cursor)}\n".encode()

    def __del__(self):
        self.cursor.close()


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return Rows()
