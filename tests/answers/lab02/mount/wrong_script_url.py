# mistake: starts a new environ with what it takes for necessary
# says: nothing else in environ has changed saw changed: HTTP_
def mount(apps):
    def mounted(environ, start_response):
        script, path = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
        for prefix in sorted(apps, key=len, reverse=True):
            if path == prefix or path.startswith(prefix + "/"):
                moved = {
                    **{n: v for n, v in environ.items() if not n.startswith("HTTP_")},
                    "SCRIPT_NAME": script + prefix,
                    "PATH_INFO": path[len(prefix) :],
                }
                return apps[prefix](moved, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"There is nothing here.\n"]

    return mounted
