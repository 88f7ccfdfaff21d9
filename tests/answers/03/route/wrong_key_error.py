# mistake: an unknown path ends the function with an exception
# says: the application raised KeyError in line 9
# says: '/no/such/page'
PAGES = {"/": "Welcome", "/tea": "Green tea", "/cake": "Sold out"}


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [PAGES[environ["PATH_INFO"]].encode()]
