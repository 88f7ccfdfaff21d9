# mistake: nothing was written
# says: the answer is not written yet
import pool


def app(environ, start_response):
    raise NotImplementedError
