class Path:
    def __call__(self, environ, start_response):
        self.raw = bytes(map(ord, environ.get("PATH_INFO", "")))
        status = "200 OK" if self.readable() else "400 Bad Request"
        start_response(status, [("Content-Type", "text/plain; charset=UTF-8"), ("X-Bytes", str(len(self.raw)))])
        yield self.raw if self.readable() else b"bad path"

    def readable(self):
        try:
            return bool(self.raw.decode("utf8", "strict"))
        except UnicodeError:
            return False


app = Path()
