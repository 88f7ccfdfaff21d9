from wsgiref.util import shift_path_info

import shops


def app(environ, start_response):
    path = environ["PATH_INFO"]
    name = shift_path_info(environ)
    if name not in ("tea", "cake"):
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"nothing\n"]
    environ["PATH_INFO"] = path.removeprefix("/" + name)
    return getattr(shops, name)(environ, start_response)
