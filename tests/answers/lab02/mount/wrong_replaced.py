# mistake: SCRIPT_NAME is replaced; in a nested table what had led here is lost
# says: blog sees SCRIPT_NAME '', PATH_INFO '/today'
# says: One table stands inside another
def mount(apps):
    def mounted(environ, start_response):
        script, path = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
        for prefix in sorted(apps, key=len, reverse=True):
            if path == prefix or path.startswith(prefix + "/"):
                moved = {**environ, "SCRIPT_NAME": prefix, "PATH_INFO": path[len(prefix) :]}
                return apps[prefix](moved, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"There is nothing here.\n"]

    return mounted
