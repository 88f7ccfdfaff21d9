# mistake: every path gets a page
# says: GET /no/such/page
# says: expected 404 Not Found
# says: What does the function do when no page has this path?
PAGES = {"/": "Welcome", "/tea": "Green tea", "/cake": "Sold out"}


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [PAGES.get(environ["PATH_INFO"], "There is no such page.").encode()]
