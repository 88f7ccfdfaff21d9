from urllib.parse import parse_qs


class Fields(dict):
    def __init__(self, text):
        super().__init__(parse_qs(text, keep_blank_values=True))

    def all(self, name):
        return self.get(name, [])

    def one(self, name):
        return (self.all(name) or [""])[0]


class Tea:
    text = ("Content-Type", "text/plain; charset=utf-8")

    def __call__(self, environ, start_response):
        view = getattr(self, environ["PATH_INFO"].strip("/"))
        status, lines = view(environ)
        body = "\n".join(lines).encode()
        start_response(status, [self.text, ("Content-Length", str(len(body)))])
        return [body]

    def search(self, environ):
        fields = Fields(environ["QUERY_STRING"])
        return "200 OK", [f"q={fields.one('q')}"] + [f"tag={tag}" for tag in fields.all("tag")]

    def order(self, environ):
        left = int(environ.get("CONTENT_LENGTH") or 0)
        parts = []
        while left > 0:
            part = environ["wsgi.input"].read(min(left, 16))
            if not part:
                break
            parts.append(part)
            left -= len(part)
        fields = Fields(str(b"".join(parts), "utf-8"))
        if fields.one("item") == "":
            return "400 Bad Request", ["an order needs an item"]
        lines = [f"item={fields.one('item')}"] + [f"extra={extra}" for extra in fields.all("extra")]
        return "200 OK", [*lines, f"note={fields.one('note')}"]


app = Tea()
