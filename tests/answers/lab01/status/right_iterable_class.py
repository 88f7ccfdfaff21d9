from http import HTTPStatus


class Answer:
    """The class is the application; its instance is the iterable."""

    def __init__(self, environ, start_response):
        self.environ, self.start_response = environ, start_response

    def __iter__(self):
        method = self.environ["REQUEST_METHOD"]
        *_, code = self.environ["PATH_INFO"].split("/")
        status = f"{code} {HTTPStatus(int(code)).phrase}"
        body = f"{status} — {method}\n".encode()
        length = str(len(body))
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": length, "X-Method": method}
        self.start_response(status, list(headers.items()))
        yield body


app = Answer
