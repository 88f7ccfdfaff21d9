# mistake: nothing was written
# says: the answer is not written yet
from shops import cake, tea


def app(environ, start_response):
    raise NotImplementedError
