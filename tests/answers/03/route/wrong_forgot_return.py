# mistake: no return after the 404
# says: start_response is called once
# says: it was called 2 times
PAGES = {"/": "Welcome", "/tea": "Green tea", "/cake": "Sold out"}


def app(environ, start_response):
    if environ["PATH_INFO"] not in PAGES:
        start_response("404 Not Found", [("Content-Type", "text/plain")])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [PAGES.get(environ["PATH_INFO"], "").encode()]
