# mistake: the first prefix that fits wins
# says: GET /shop/tea/green
# says: shop sees SCRIPT_NAME '/shop', PATH_INFO '/tea/green'
# says: the longest wins
def mount(apps):
    def mounted(environ, start_response):
        script, path = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
        for prefix in apps:
            if path == prefix or path.startswith(prefix + "/"):
                moved = {**environ, "SCRIPT_NAME": script + prefix, "PATH_INFO": path[len(prefix) :]}
                return apps[prefix](moved, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"There is nothing here.\n"]

    return mounted
