import pages


class Framed:
    def __init__(self, app, value="DENY"):
        self.app, self.value = app, value

    def __call__(self, environ, start_response):
        return self.app(environ, Start(start_response, self.value))


class Start:
    def __init__(self, start_response, value):
        self.start_response, self.value = start_response, value

    def __call__(self, status, headers, *exc_info):
        if "x-frame-options" not in {name.lower() for name, _ in headers}:
            headers.append(("X-Frame-Options", self.value))
        return self.start_response(status, headers, *exc_info)


app = Framed(pages.app)
