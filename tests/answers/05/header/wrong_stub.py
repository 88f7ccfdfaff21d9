# mistake: nothing was written
# says: the answer is not written yet
import pages


def app(environ, start_response):
    raise NotImplementedError
