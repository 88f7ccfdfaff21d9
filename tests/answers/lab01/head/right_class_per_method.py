"""A class with __call__, a method for each answer; 304 keeps GET's Content-Length, as RFC 9110 allows."""
import zlib

import menu


class Shop:
    def __call__(self, environ, start_response):
        self_method = environ["REQUEST_METHOD"]
        text = menu.page(environ["PATH_INFO"])
        if text is None:
            status, headers, body = self.plain("404 Not Found", "nothing here")
        elif self_method == "GET" or self_method == "HEAD":
            status, headers, body = self.page(environ, text)
        else:
            status, headers, body = self.plain("405 Method Not Allowed", "read only")
            headers.append(("Allow", "HEAD, GET"))
        start_response(status, headers)
        if self_method == "HEAD" or status.startswith("304"):
            return ()
        return (body,)

    def plain(self, status, text):
        body = text.encode()
        return status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))], body

    def page(self, environ, text):
        status, headers, body = self.plain("200 OK", text)
        tag = '"%08x"' % zlib.crc32(body)
        headers.append(("ETag", tag))
        wanted = environ.get("HTTP_IF_NONE_MATCH", "")
        if wanted.strip() == "*" or tag in wanted:
            status = "304 Not Modified"
        return status, headers, body


app = Shop()
