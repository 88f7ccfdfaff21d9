class mount:
    """Walk up from the whole path, part by part, until a prefix is found."""

    def __init__(self, apps):
        self.apps = apps

    def __call__(self, environ, start_response):
        prefix, rest = environ["PATH_INFO"], ""
        while prefix not in self.apps and prefix:
            prefix, slash, last = prefix.rpartition("/")
            rest = slash + last + rest
        if prefix not in self.apps:
            start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [f"no page {environ['PATH_INFO']!r}\n".encode("ascii", "replace")]
        environ["SCRIPT_NAME"] += prefix
        environ["PATH_INFO"] = rest
        return self.apps[prefix](environ, start_response)
