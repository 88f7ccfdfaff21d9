# mistake: SCRIPT_NAME is replaced; what had led here is lost
# says: tea sees SCRIPT_NAME '/tea', PATH_INFO '/green'
# says: SCRIPT_NAME is not empty when the request comes in
from shops import cake, tea

APPS = {"/tea": tea, "/cake": cake}


def app(environ, start_response):
    path = environ["PATH_INFO"]
    for prefix, inner in APPS.items():
        if path == prefix or path.startswith(prefix + "/"):
            environ = {**environ, "SCRIPT_NAME": prefix, "PATH_INFO": path.removeprefix(prefix)}
            return inner(environ, start_response)
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"There is nothing here.\n"]
