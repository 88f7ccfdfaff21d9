# mistake: the stub is still there
# says: the answer is not written yet
def app(environ, start_response):
    raise NotImplementedError
