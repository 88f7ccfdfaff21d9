class Price:
    def __init__(self, text):
        self.body = bytes(text, "utf-8")
        self.headers = [("content-type", "text/plain;charset=UTF-8"), ("content-length", f"{len(self.body)}")]

    def __call__(self, environ, start_response):
        start_response("200 OK", list(self.headers))
        return iter([self.body])


app = Price("Café crème: 2.80 €\n")
