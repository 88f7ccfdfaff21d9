# mistake: the name is found anywhere in the path
# says: tea sees SCRIPT_NAME '/tea', PATH_INFO '/cake/tea/green'
# says: The name has to stand at the beginning of the path
from shops import cake, tea

APPS = {"/tea": tea, "/cake": cake}


def app(environ, start_response):
    path = environ["PATH_INFO"]
    for prefix, inner in APPS.items():
        if prefix in path and (path + "/").count(prefix + "/"):
            environ = {**environ, "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix, "PATH_INFO": path.removeprefix(prefix)}
            return inner(environ, start_response)
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"There is nothing here.\n"]
