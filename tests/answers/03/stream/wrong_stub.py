# mistake: the stub as it is
# says: the answer is not written yet
from warehouse import open_cursor


def app(environ, start_response):
    raise NotImplementedError
