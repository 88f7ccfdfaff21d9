import pool
from werkzeug.wsgi import ClosingIterator


class Loud:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        blocks = self.app(environ, start_response)
        return ClosingIterator((block.upper() for block in blocks), getattr(blocks, "close", None))


app = Loud(pool.app)
