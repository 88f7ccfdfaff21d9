# mistake: the page is handed over as text
# says: block 1 is a str: 'Welcome'
PAGES = {"/": "Welcome", "/tea": "Green tea", "/cake": "Sold out"}


def app(environ, start_response):
    path = environ["PATH_INFO"]
    start_response("200 OK" if path in PAGES else "404 Not Found", [("Content-Type", "text/plain")])
    return [PAGES.get(path, "There is no such page.")]
