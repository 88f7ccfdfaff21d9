# mistake: start_response is not called
# says: start_response is called before the first block of the body
# says: it was never called
def app(environ, start_response):
    return [b"Hello!"]
