# mistake: the stub as it is
# says: the answer is not written yet
import json


def app(environ, start_response):
    raise NotImplementedError
