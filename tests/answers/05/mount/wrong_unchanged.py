# mistake: the environ is passed on as it came
# says: tea sees SCRIPT_NAME '', PATH_INFO '/tea/green'
from shops import cake, tea

APPS = {"/tea": tea, "/cake": cake}


def app(environ, start_response):
    path = environ["PATH_INFO"]
    for prefix, inner in APPS.items():
        if path == prefix or path.startswith(prefix + "/"):
            environ = dict(environ)
            return inner(environ, start_response)
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"There is nothing here.\n"]
