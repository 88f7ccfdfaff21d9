# mistake: the status has no reason
# says: the status has no reason: '404'
PAGES = {"/": "Welcome", "/tea": "Green tea", "/cake": "Sold out"}


def app(environ, start_response):
    page = PAGES.get(environ["PATH_INFO"])
    if page is None:
        start_response("404", [("Content-Type", "text/plain")])
        return [b"There is no such page."]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [page.encode()]
