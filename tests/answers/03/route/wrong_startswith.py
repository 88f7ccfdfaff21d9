# mistake: compares beginnings, so /cakepot is /cake
# says: GET /cakepot
# says: expected 404 Not Found
PAGES = {"/tea": "Green tea", "/cake": "Sold out"}


def app(environ, start_response):
    path = environ["PATH_INFO"]
    status, text = "404 Not Found", "There is no such page."
    if path == "/":
        status, text = "200 OK", "Welcome"
    for page in PAGES:
        if path.startswith(page):
            status, text = "200 OK", PAGES[page]
    start_response(status, [("Content-Type", "text/plain")])
    return [text.encode()]
