from urllib.parse import quote

import catalogue


class Shop:
    def __init__(self, items):
        self.pages = {"/": "\n".join(sorted(items))}
        for name, price in items.items():
            self.pages["/items/" + name] = str(price)

    def __call__(self, environ, start_response):
        raw = environ["PATH_INFO"].encode("latin-1")
        try:
            page = self.pages[raw.decode()]
        except (KeyError, UnicodeDecodeError):
            return self.answer(start_response, "404 Not Found", quote(raw) + " is not here")
        if environ["REQUEST_METHOD"] != "GET":
            return self.answer(start_response, "405 Method Not Allowed", "Only GET", ("Allow", "GET"))
        return self.answer(start_response, "200 OK", page)

    def answer(self, start_response, status, text, *headers):
        body = (text + "\n").encode("utf-8")
        start_response(
            status,
            [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), *headers],
        )
        yield body


app = Shop(catalogue.ITEMS)
