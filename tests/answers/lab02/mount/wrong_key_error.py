# mistake: nobody answers for a path that does not fit
# says: KeyError
# says: No prefix fits, so the door itself has to answer
def mount(apps):
    def mounted(environ, start_response):
        script, path = environ["SCRIPT_NAME"], environ["PATH_INFO"]
        found = [prefix for prefix in apps if path == prefix or path.startswith(prefix + "/")]
        prefix = max(found, key=len, default=None)
        app = apps[prefix]
        return app({**environ, "SCRIPT_NAME": script + prefix, "PATH_INFO": path[len(prefix) :]}, start_response)

    return mounted
