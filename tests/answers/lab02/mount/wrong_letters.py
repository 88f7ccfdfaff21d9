# mistake: letters are compared, not parts
# says: tea sees SCRIPT_NAME '/shop/tea', PATH_INFO 'pot'
# says: /shop/teapot is not below /shop/tea: compare whole parts of the path
def mount(apps):
    def mounted(environ, start_response):
        script, path = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
        for prefix in sorted(apps, key=len, reverse=True):
            if path.startswith(prefix):
                moved = {**environ, "SCRIPT_NAME": script + prefix, "PATH_INFO": path[len(prefix) :]}
                return apps[prefix](moved, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"There is nothing here.\n"]

    return mounted
