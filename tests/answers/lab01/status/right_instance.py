import http


class Status:
    def __init__(self, prefix):
        self.prefix = prefix

    def __call__(self, environ, start_response):
        code = http.HTTPStatus(int(environ["PATH_INFO"][len(self.prefix) :]))
        line = "%d %s" % (code.value, code.phrase)
        body = (line + " \u2014 " + environ["REQUEST_METHOD"] + "\n").encode("utf-8")
        start_response(
            line,
            [
                ("content-type", "text/plain;charset=UTF-8"),
                ("content-length", "%d" % len(body)),
                ("x-method", environ["REQUEST_METHOD"]),
            ],
        )
        return (body,)


app = Status("/status/")
