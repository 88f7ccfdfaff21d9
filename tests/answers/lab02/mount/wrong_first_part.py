# mistake: only the first part of the path is looked at
# says: GET /shop/tea/green
# says: shop sees SCRIPT_NAME '/shop'
from wsgiref.util import shift_path_info


def mount(apps):
    def mounted(environ, start_response):
        path = environ["PATH_INFO"]
        prefix = "/" + path.split("/")[1] if path.strip("/") else ""
        if prefix not in apps:
            prefix = ""
        if prefix not in apps:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"There is nothing here.\n"]
        if prefix:
            shift_path_info(environ)
            environ["PATH_INFO"] = path[len(prefix) :]
        return apps[prefix](environ, start_response)

    return mounted
