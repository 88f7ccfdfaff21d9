# mistake: a status for programs, nothing for people
# says: a sentence for the visitor
# says: an empty page
PAGES = {"/": "Welcome", "/tea": "Green tea", "/cake": "Sold out"}


def app(environ, start_response):
    path = environ["PATH_INFO"]
    start_response("200 OK" if path in PAGES else "404 Not Found", [("Content-Type", "text/plain")])
    return [PAGES.get(path, "").encode()]
