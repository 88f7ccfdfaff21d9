# mistake: looks at the last part of the path only
# says: GET /shop/cake
PAGES = {"": "Welcome", "tea": "Green tea", "cake": "Sold out"}


def app(environ, start_response):
    name = environ["PATH_INFO"].split("/")[-1]
    status = "200 OK" if name in PAGES else "404 Not Found"
    start_response(status, [("Content-Type", "text/plain")])
    return [PAGES.get(name, "There is no such page.").encode()]
