# mistake: SCRIPT_NAME is set, PATH_INFO keeps the whole path
# says: tea sees SCRIPT_NAME '/tea', PATH_INFO '/tea/green'
from shops import cake, tea

APPS = {"/tea": tea, "/cake": cake}


def app(environ, start_response):
    path = environ["PATH_INFO"]
    for prefix, inner in APPS.items():
        if path == prefix or path.startswith(prefix + "/"):
            environ = {**environ, "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix}
            return inner(environ, start_response)
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"There is nothing here.\n"]
