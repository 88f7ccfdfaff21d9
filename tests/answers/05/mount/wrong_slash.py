# mistake: an empty PATH_INFO is made a slash
# says: Together the two are /tea/ now, and /tea was asked for
from shops import cake, tea

APPS = {"/tea": tea, "/cake": cake}


def app(environ, start_response):
    path = environ["PATH_INFO"]
    for prefix, inner in APPS.items():
        if path == prefix or path.startswith(prefix + "/"):
            environ = {**environ, "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix, "PATH_INFO": path.removeprefix(prefix) or "/"}
            return inner(environ, start_response)
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"There is nothing here.\n"]
