# mistake: what is not tea is cake
# says: GET /
# says: 200 OK, from
from shops import cake, tea


def app(environ, start_response):
    path = environ["PATH_INFO"]
    prefix, inner = ("/tea", tea) if path == "/tea" or path.startswith("/tea/") else ("/cake", cake)
    moved = {**environ, "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix, "PATH_INFO": path.removeprefix(prefix)}
    return inner(moved, start_response)
