# mistake: the inner application gets a ChainMap, which is no dict
# says: it is a ChainMap
from collections import ChainMap

from shops import cake, tea

APPS = {"/tea": tea, "/cake": cake}


def app(environ, start_response):
    path = environ["PATH_INFO"]
    for prefix, inner in APPS.items():
        if path == prefix or path.startswith(prefix + "/"):
            environ = ChainMap({"SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix, "PATH_INFO": path.removeprefix(prefix)}, environ)
            return inner(environ, start_response)
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"There is nothing here.\n"]
