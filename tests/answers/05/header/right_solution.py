import pages


def framed(app):
    def wrapped(environ, start_response):
        def start(status, headers, exc_info=None):
            if not any(name.lower() == "x-frame-options" for name, _ in headers):
                headers = [*headers, ("X-Frame-Options", "DENY")]
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return wrapped


app = framed(pages.app)
