# mistake: closes it when a row fails or none is left, and has no close()
# says: saw it has none
# says: Nobody asks for the rest of the rows now
from warehouse import open_cursor


class Rows:
    def __init__(self):
        self.cursor = open_cursor()

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return f"{next(self.cursor)}\n".encode()
        except BaseException:
            self.cursor.close()
            raise


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return Rows()
