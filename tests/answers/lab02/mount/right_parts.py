def mount(apps):
    table = sorted(((prefix.split("/"), app) for prefix, app in apps.items()), key=lambda pair: -len(pair[0]))

    def mounted(environ, start_response):
        parts = environ["PATH_INFO"].split("/")
        for prefix, app in table:
            if parts[: len(prefix)] == prefix:
                inner = dict(environ)
                inner["SCRIPT_NAME"] = environ["SCRIPT_NAME"] + "/".join(prefix)
                inner["PATH_INFO"] = "".join("/" + part for part in parts[len(prefix) :])
                return app(inner, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"nobody lives here\n"]

    return mounted
