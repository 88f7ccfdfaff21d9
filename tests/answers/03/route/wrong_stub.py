# mistake: the stub as it is
# says: the answer is not written yet
PAGES = {"/": "Welcome", "/tea": "Green tea", "/cake": "Sold out"}


def app(environ, start_response):
    raise NotImplementedError
