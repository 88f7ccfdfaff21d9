from pool import app as inner


class Loud:
    """The blocks of an answer in capital letters."""

    def __init__(self, blocks):
        self._blocks = blocks
        self._iterator = iter(blocks)
        self.close = getattr(blocks, "close", lambda: None)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._iterator).upper()


def app(environ, start_response):
    return Loud(inner(environ, start_response))
