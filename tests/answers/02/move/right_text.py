import urllib.parse as url


class Move:
    def __init__(self, environ, start_response):
        text = environ["PATH_INFO"].encode("iso-8859-1").decode("utf-8", "surrogateescape")
        self.address = url.urlunsplit(("", "", "/place/" + url.quote(text.removeprefix("/go/"), errors="surrogateescape"), "", ""))
        start_response("303 See Other", [("Content-Type", "text/html"), ("Location", self.address)])

    def __iter__(self):
        yield f"<a href='{self.address}'>It is there.</a>".encode("ascii")


app = Move
