# mistake: leaves a note of its own in environ
# says: nothing else in environ has changed saw changed: mount.prefix
def mount(apps):
    def mounted(environ, start_response):
        script, path = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
        for prefix in sorted(apps, key=len, reverse=True):
            if path == prefix or path.startswith(prefix + "/"):
                moved = {
                    **environ,
                    "SCRIPT_NAME": script + prefix,
                    "PATH_INFO": path[len(prefix) :],
                    "mount.prefix": prefix,
                }
                return apps[prefix](moved, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"There is nothing here.\n"]

    return mounted
