from urllib.parse import parse_qs

TEXT = ("Content-Type", "text/plain; charset=utf-8")


class Shout:
    def __call__(self, environ, start_response):
        status, text = self.answer(environ)
        server = environ.get("SERVER_SOFTWARE") or "unknown"
        start_response(status, [TEXT, ("X-Served-By", server)])
        yield text.encode()

    def answer(self, environ):
        if environ.get("PATH_INFO") != "/shout":
            return "404 Not Found", "nobody shouts here\n"
        try:
            size = int(environ["CONTENT_LENGTH"])
        except (KeyError, ValueError):
            size = 0
        if size == 0:
            return "400 Bad Request", "say something\n"
        times = int(parse_qs(environ.get("QUERY_STRING", ""))["times"][0])
        return "200 OK", (environ["wsgi.input"].read(size).decode().upper() + "\n") * times


app = Shout()
