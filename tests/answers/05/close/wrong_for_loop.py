# mistake: a generator, but nobody closes what it runs over
# says: it was never called
# says: Who passes that on to the iterable inside?
import pool


def loud(app):
    def wrapped(environ, start_response):
        for block in app(environ, start_response):
            yield block.upper()

    return wrapped


app = loud(pool.app)
