class Hello:
    text = "Hello!"

    def __call__(self, environ, start_response):
        body = self.text.encode()
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return (body,)


app = Hello()
