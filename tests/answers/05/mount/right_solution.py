from shops import cake, tea

APPS = {"tea": tea, "cake": cake}


def app(environ, start_response):
    before, _, rest = environ["PATH_INFO"].removeprefix("/").partition("/")
    inner = APPS.get(before)
    if inner is None:
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"There is nothing here.\n"]
    path = environ["PATH_INFO"]
    prefix = "/" + before
    moved = {**environ, "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix, "PATH_INFO": path[len(prefix) :]}
    return inner(moved, start_response)
