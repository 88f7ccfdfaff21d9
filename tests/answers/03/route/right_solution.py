PAGES = {"/": "Welcome", "/tea": "Green tea", "/cake": "Sold out"}
TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    page = PAGES.get(environ.get("PATH_INFO") or "/")
    if page is None:
        start_response("404 Not Found", TEXT)
        return [b"There is no such page.\n"]
    start_response("200 OK", TEXT)
    return [page.encode()]
