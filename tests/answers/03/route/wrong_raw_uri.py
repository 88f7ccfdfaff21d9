# mistake: takes the whole request target for the path
# says: GET /cake?cups=2
# says: the server puts it into QUERY_STRING
PAGES = {"/": "Welcome", "/tea": "Green tea", "/cake": "Sold out"}


def app(environ, start_response):
    page = PAGES.get(environ["RAW_URI"])
    start_response("200 OK" if page else "404 Not Found", [("Content-Type", "text/plain")])
    return [(page or "There is no such page.").encode()]
